import type { Tool, ToolCall } from 'autodidact';
import { CallFields } from './call-fields';
import { h } from './dom';

export interface CorrectionHooks {
  /** These calls are right; none where no tool is. */
  right: (calls: ToolCall[]) => void;
  /** The answer was wrong, and the user does not say what is right; absent where there is nothing to take back. */
  wrong?: () => void;
  cancel: () => void;
}

/** The form in which the user says what was right. */
export class Correction {
  readonly element: HTMLFormElement;
  readonly #calls: CallFields[];

  constructor(tools: readonly Tool[], calls: readonly ToolCall[], { right, wrong, cancel }: CorrectionHooks) {
    const first = new CallFields(tools, calls[0] ?? null, 'None of the tools');
    this.#calls = [first, ...calls.slice(1).map((call) => further(tools, call))];
    const places = h('div', { class: 'calls-fields' }, ...this.#calls.map(({ element }) => element));
    const more = button('And one thing more', () => {
      const next = further(tools, null);
      this.#calls.push(next);
      places.append(next.element);
      next.focus();
    });
    const teach = h('button', { type: 'submit', class: 'primary' }, 'That is right');
    this.element = h('form', { class: 'correction', novalidate: true, autocomplete: 'off', 'aria-label': 'What was right' },
      places,
      h('div', { class: 'row-actions' }, teach, more, wrong && button('Only say that it was wrong', wrong), button('Cancel', cancel)));
    this.element.addEventListener('submit', (event) => {
      event.preventDefault();
      if (this.#calls.some((call) => call.check())) return;
      right(this.#calls.map((call) => call.read()).filter((call) => call !== null));
    });
    this.element.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape') return;
      event.stopPropagation();
      cancel();
    });
  }

  focus(): void {
    this.#calls[0]?.focus();
  }
}

const further = (tools: readonly Tool[], call: ToolCall | null): CallFields => new CallFields(tools, call, 'Nothing more');

const button = (label: string, onclick: () => void): HTMLElement => h('button', { type: 'button', onclick }, label);
