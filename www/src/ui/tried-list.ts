import type { Download } from 'autodidact';
import { TRIED, type TriedModel } from '../tried-models';
import { h, need } from './dom';
import { about, bytes } from './format';

/** The list of models that were tried, each with what it takes and a way to load it. */
export class TriedList {
  readonly #list = need('tried');
  readonly #onLoad: (model: TriedModel) => void;
  readonly #states = new Map<TriedModel, HTMLElement>();

  constructor(onLoad: (model: TriedModel) => void) {
    this.#onLoad = onLoad;
    this.#list.replaceChildren(...TRIED.map((model) => this.#entry(model)));
  }

  /** Shows what of them is in this browser. */
  show(downloads: readonly Download[]): void {
    for (const [model, state] of this.#states) {
      const found = downloads.find(({ hash }) => hash === `sha256-${model.sha256}`);
      state.textContent = !found ? '' : found.complete ? 'In this browser, checked' : `${bytes(found.bytes)} of it are in this browser`;
    }
  }

  #entry(model: TriedModel): HTMLElement {
    const { name, note, licence, hub, file, sha256 } = model;
    const state = h('span', { class: 'here' });
    this.#states.set(model, state);
    return h('li', {},
      h('div', { class: 'heading-row' },
        h('h4', {}, name),
        h('button', { type: 'button', class: 'small', 'aria-label': `Load ${name}`, onclick: () => this.#onLoad(model) }, 'Load')),
      h('p', {}, note),
      h('p', { class: 'takes' }, `${bytes(model.bytes)} to download, ${about(model.memory)} of memory, ${licence} `, state),
      h('details', {},
        h('summary', {}, 'File'),
        h('p', { class: 'hint' }, `${file} of ${hub}`),
        h('p', { class: 'hint' }, 'SHA-256 ', h('code', {}, sha256))));
  }
}
