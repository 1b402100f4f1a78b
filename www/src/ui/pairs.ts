import type { Pair, Synthesis } from '../../package/src/protocol';
import { callsView } from './calls';
import { h, need } from './dom';
import { reasonText } from './reasons';

/** The examples that the agent wrote for itself, and those that did not pass the checks. */
export class Pairs {
  readonly #list = need('pairs-list');
  readonly #count = need('pairs-count');
  #valid = 0;
  #rejected = 0;

  constructor() {
    this.clear('After a question it was unsure about: the examples it wrote and trained on.');
  }

  clear(text: string, title?: string): void {
    this.#valid = this.#rejected = 0;
    this.#count.textContent = '';
    this.#list.replaceChildren(h('li', { class: 'empty', title }, text));
  }

  add(pair: Pair, valid: boolean, reason?: string): void {
    if (this.#valid + this.#rejected === 0) this.#list.replaceChildren();
    if (valid) this.#valid++;
    else this.#rejected++;
    this.#count.textContent = `${this.#valid} used, ${this.#rejected} rejected`;
    this.#list.append(
      h('li', { 'data-valid': String(valid) },
        h('p', {}, pair.query || '(no text)'),
        callsView(pair.calls),
        h('p', { class: 'reason', title: reason }, valid ? 'Used for training' : `Rejected: ${reasonText(reason ?? 'not valid')}`)),
    );
  }

  /** The run ended without an example. */
  finish(synthesis: Synthesis | null): void {
    if (this.#valid + this.#rejected > 0) return;
    if (!synthesis) return this.clear('None needed: it was sure enough.');
    const reasons = Object.entries(synthesis.rejected).map(([reason, times]) => `${reasonText(reason)} (${times})`);
    this.clear(reasons.length > 0 ? `None was valid: ${reasons.join(', ')}.` : 'None.', Object.keys(synthesis.rejected).join(', '));
  }
}
