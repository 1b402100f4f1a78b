import type { Proposal, Question, Tool, ToolCall } from 'autodidact';
import { sameCalls } from './calls';
import { h } from './dom';
import { SchemaForm } from './schema-form';

export interface QuestionHooks {
  /** The user wants these calls. */
  choose: (calls: ToolCall[]) => void;
  /** None of what is offered is right. */
  none: () => void;
  practise: () => void;
}

let made = 0;

/** A question of the agent: its proposals as buttons, fields for what is missing, and the ways out. */
export class QuestionView {
  readonly element: HTMLElement;
  readonly #hooks: QuestionHooks;
  readonly #proposals: Proposal[] = [];
  readonly #list = h('div', { class: 'proposals' });
  readonly #practise: HTMLElement;
  #fields: SchemaForm | null = null;

  constructor(question: Question, tools: readonly Tool[], hooks: QuestionHooks) {
    this.#hooks = hooks;
    this.#practise = h('button', { type: 'button', onclick: hooks.practise }, 'Let it practise');
    const id = `question-${++made}`;
    this.element = h('div', { class: 'question', role: 'group', 'aria-labelledby': id },
      h('p', { id, class: 'asked' }, question.text),
      this.#gaps(question, tools),
      this.#list,
      h('div', { class: 'row-actions' },
        h('button', { type: 'button', onclick: hooks.none }, 'None of these'),
        this.#practise));
    this.add(question.proposals ?? []);
  }

  /** How many calls are offered. */
  get count(): number {
    return this.#proposals.length;
  }

  /** A number that is sent chooses, as there is no field whose value it could be. */
  get isNumbered(): boolean {
    return this.#fields === null && this.#proposals.length > 0;
  }

  /** Puts the focus on what is asked for; false where that is a choice. */
  focus(): boolean {
    this.#fields?.focus();
    return this.#fields !== null;
  }

  focusFirst(): void {
    this.element.querySelector<HTMLElement>('button')?.focus();
  }

  /** Offers more calls, as far as they are not offered yet. */
  add(proposals: readonly Proposal[]): void {
    for (const proposal of proposals) {
      if (this.#proposals.some(({ calls }) => sameCalls(calls, proposal.calls))) continue;
      this.#proposals.push(proposal);
      this.#list.append(this.#button(proposal, this.#proposals.length));
    }
  }

  /** Chooses by number, counted from 1; false where there is no such proposal. */
  choose(number: number): boolean {
    const proposal = this.#proposals[number - 1];
    if (proposal) this.#hooks.choose(proposal.calls);
    return proposal !== undefined;
  }

  /** It has practised, or is about to: the same again would find the same. */
  hidePractise(isHidden: boolean): void {
    this.#practise.hidden = isHidden;
  }

  /** The text alone, once it is answered. */
  close(): void {
    this.element.replaceChildren(...this.element.querySelectorAll('.asked'));
  }

  #button({ text, calls }: Proposal, number: number): HTMLElement {
    return h('button', { type: 'button', class: 'proposal', 'aria-keyshortcuts': number, onclick: () => this.#hooks.choose(calls) },
      h('kbd', { 'aria-hidden': 'true' }, String(number)), h('span', {}, text.replace(/\?$/, '')));
  }

  #gaps({ call, gaps = [] }: Question, tools: readonly Tool[]): HTMLElement | null {
    const tool = call && tools.find(({ name }) => name === call.name);
    if (!call || !tool || gaps.length === 0) return null;
    const fields = new SchemaForm(tool.parameters, call.arguments, gaps.map(({ argument }) => argument));
    this.#fields = fields;
    const form = h('form', { class: 'gaps', novalidate: true, autocomplete: 'off' },
      fields.element, h('div', { class: 'row-actions' }, h('button', { type: 'submit', class: 'primary' }, 'Do it')));
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      if (!fields.check()) this.#hooks.choose([{ name: call.name, arguments: fields.read() }]);
    });
    return form;
  }
}
