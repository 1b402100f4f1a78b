import { remedyFor, type AutodidactError } from 'autodidact';
import { h, need } from './dom';
import { sentence } from './format';

export interface Remedy {
  label: string;
  run: () => void;
}

/** The error banner: what happened, its code, and what to do. It floats, so that nothing moves. */
export class Banner {
  readonly #root = need('banner');

  /** `remedies` become buttons, the best first. */
  show(error: AutodidactError, remedies: Remedy[] = []): void {
    const close = () => this.#root.replaceChildren();
    this.#root.replaceChildren(
      h('div', { class: 'banner-text' },
        h('p', {}, h('code', { class: 'code' }, error.code), ' ', sentence(error.message)),
        h('p', { class: 'remedy' }, remedyFor(error.code))),
      h('div', { class: 'row-actions' },
        ...remedies.map(({ label, run }, i) => h('button', { type: 'button', class: i === 0 ? 'primary' : '', onclick: () => (close(), run()) }, label)),
        h('button', { type: 'button', onclick: close }, 'Close')),
    );
  }

  hide(): void {
    this.#root.replaceChildren();
  }
}
