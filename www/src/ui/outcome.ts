import type { ToolResult } from 'autodidact';
import { pageTool } from '../tools';
import { resultInWords } from '../words';
import { h } from './dom';
import { sentence } from './format';

interface Hooks {
  /** What was done was taken back. */
  onUndone: (at: number) => void;
  /** The user says that it was wrong. */
  wrong: () => void;
}

/** What became of the calls of a turn: each in a sentence, with the way to take it back. */
export class Outcome {
  readonly element: HTMLElement;
  readonly #hooks: Hooks;
  readonly #wrong: HTMLElement;
  /** Takes one back; gone where there is nothing to take back. */
  readonly #undo = new Map<number, () => void>();

  constructor(results: readonly ToolResult[], hooks: Hooks) {
    this.#hooks = hooks;
    this.#wrong = h('button', { type: 'button', class: 'small', onclick: hooks.wrong }, 'Wrong?');
    const rows = results.map((result, at) => this.#row(result, at));
    if (rows.length === 0) rows.push(h('p', { class: 'result' }, 'Nothing is done.'));
    this.element = h('div', { class: 'outcome', tabindex: -1 }, ...rows);
    this.#lastRow().append(this.#wrong);
  }

  /** Takes back all that can be. */
  undoAll(): void {
    for (const undo of [...this.#undo.values()]) undo();
  }

  focus(): void {
    this.element.focus();
  }

  focusWrong(): void {
    this.#wrong.focus();
  }

  /** While the user says what was right. */
  hideWrong(isHidden: boolean): void {
    this.#wrong.hidden = isHidden;
  }

  #lastRow(): HTMLElement {
    const rows = this.element.querySelectorAll<HTMLElement>('.row-actions');
    return rows[rows.length - 1] ?? this.element.appendChild(h('div', { class: 'row-actions' }));
  }

  #row(result: ToolResult, at: number): HTMLElement {
    const text = resultInWords(result);
    const said = h('p', { class: 'result', tabindex: -1 }, text);
    const actions = h('div', { class: 'row-actions' });
    const row = h('div', { class: 'done', 'data-status': result.status }, said, actions);
    const undo = result.status === 'done' ? pageTool(result.call.name)?.undo : undefined;
    if (!undo) return row;
    const button = h('button', { type: 'button', class: 'small', 'aria-label': `Undo: ${text}`, onclick: () => takeBack() }, 'Undo');
    const takeBack = () => {
      this.#undo.delete(at);
      const hadFocus = document.activeElement === button;
      button.remove();
      row.dataset['undone'] = 'true';
      said.after(h('p', { class: 'hint undone' }, this.#tried(() => undo(result.value), at)));
      if (hadFocus) said.focus();
    };
    this.#undo.set(at, takeBack);
    actions.append(button);
    return row;
  }

  /** Takes one back, and says what came of that. */
  #tried(undo: () => string | void, at: number): string {
    try {
      const left = undo();
      this.#hooks.onUndone(at);
      return `Taken back.${left ? ` ${left}` : ''}`;
    } catch (error) {
      return sentence(`It could not be taken back: ${(error as Error).message}`);
    }
  }
}
