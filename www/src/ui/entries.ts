import { h } from './dom';

interface Entry {
  id: string;
}

/** A list that is shown again without touching what stays: someone may be clicking on it. */
export class Entries<E extends Entry> {
  readonly #list: HTMLElement;
  readonly #empty: string;
  readonly #make: (entry: E) => HTMLElement;
  readonly #update: (element: HTMLElement, entry: E) => void;
  readonly #shown = new Map<string, HTMLElement>();

  constructor(list: HTMLElement, empty: string, make: (entry: E) => HTMLElement, update: (element: HTMLElement, entry: E) => void) {
    this.#list = list;
    this.#empty = empty;
    this.#make = make;
    this.#update = update;
  }

  /** Shows these. Gives back whether the focus was on one that is gone. */
  show(entries: readonly E[]): boolean {
    const ids = new Set(entries.map(({ id }) => id));
    let lost = false;
    for (const [id, element] of this.#shown) {
      if (ids.has(id)) continue;
      lost ||= element.contains(document.activeElement);
      element.remove();
      this.#shown.delete(id);
    }
    this.#list.querySelector('.empty')?.remove();
    for (const entry of entries) {
      let element = this.#shown.get(entry.id);
      if (!element) {
        element = this.#make(entry);
        this.#shown.set(entry.id, element);
        this.#list.append(element);
      }
      this.#update(element, entry);
    }
    if (entries.length === 0) this.#list.append(h('li', { class: 'empty' }, this.#empty));
    return lost;
  }
}
