import type { Pair, Synthesis } from 'autodidact';
import { callsView } from './calls';
import { h, need } from './dom';
import { reasonText } from './reasons';

/** The examples that the agent wrote for itself, and those that did not pass the checks. */
export class Pairs {
  readonly #list = need('pairs-list');
  readonly #count = need('pairs-count');
  readonly #review = need('pairs-review');
  readonly #accept = need<HTMLButtonElement>('pairs-accept');
  #valid = 0;
  #rejected = 0;
  /** The examples that are left, while the user decides. */
  #left: Pair[] = [];
  #decide: (pairs: Pair[]) => void = () => {};

  constructor() {
    this.#accept.addEventListener('click', () => this.#end(this.#left));
    need('pairs-refuse').addEventListener('click', () => this.#end([]));
    this.clear('After a question it was unsure about: the examples it wrote and trained on.');
  }

  clear(text: string, title?: string): void {
    this.#review.hidden = true;
    this.#valid = this.#rejected = 0;
    this.#count.textContent = '';
    this.#list.replaceChildren(h('li', { class: 'empty', title }, text));
  }

  add(pair: Pair, valid: boolean, reason?: string): void {
    if (this.#valid + this.#rejected === 0) this.#list.replaceChildren();
    if (valid) this.#valid++;
    else this.#rejected++;
    this.#showUsed();
    this.#list.append(
      h('li', { 'data-valid': String(valid) },
        h('p', {}, pair.query || '(no text)'),
        callsView(pair.calls),
        h('p', { class: 'reason', title: reason }, valid ? 'Used for training' : `Rejected: ${reasonText(reason ?? 'not valid')}`)),
    );
  }

  /** Lets the user delete examples, and say whether the others may be learned from. */
  review(examples: Pair[]): Promise<Pair[]> {
    this.#left = [...examples];
    for (const shown of this.#list.querySelectorAll('[data-valid="true"]')) shown.remove();
    this.#list.prepend(...examples.map((pair) => this.#offer(pair)));
    this.#showLeft();
    this.#review.hidden = false;
    need('pairs-heading').focus();
    return new Promise((resolve) => (this.#decide = resolve));
  }

  #offer(pair: Pair): HTMLElement {
    const button = h('button', { type: 'button', 'aria-label': `Delete the example ${pair.query}` }, 'Delete');
    const item = h('li', { 'data-valid': 'true' }, h('p', {}, pair.query), callsView(pair.calls), h('p', { class: 'reason' }, button));
    button.addEventListener('click', () => {
      item.remove();
      this.#left = this.#left.filter((other) => other !== pair);
      this.#showLeft();
      need('pairs-heading').focus();
    });
    return item;
  }

  #showUsed(): void {
    this.#count.textContent = `${this.#valid} used, ${this.#rejected} rejected`;
  }

  #showLeft(): void {
    this.#count.textContent = `${this.#left.length} to learn from, ${this.#rejected} rejected`;
    this.#accept.disabled = this.#left.length === 0;
  }

  #end(examples: Pair[]): void {
    this.#valid = examples.length;
    this.close(examples.length > 0 ? 'Used for training' : 'Not used');
    this.#decide(examples);
  }

  /** Nothing is left to decide. */
  close(outcome = 'Not used'): void {
    if (this.#review.hidden) return;
    this.#review.hidden = true;
    this.#showUsed();
    for (const text of this.#list.querySelectorAll('[data-valid="true"] .reason')) text.replaceChildren(outcome);
  }

  /** The run ended. `unwritten` says why there is no example where none was to be written. */
  finish(synthesis: Synthesis | null, unwritten: string): void {
    if (this.#valid + this.#rejected > 0) return;
    if (!synthesis) return this.clear(unwritten);
    const reasons = Object.entries(synthesis.rejected).map(([reason, times]) => `${reasonText(reason)} (${times})`);
    this.clear(reasons.length > 0 ? `None was valid: ${reasons.join(', ')}.` : 'None.', Object.keys(synthesis.rejected).join(', '));
  }
}
