import type { Taught, ToolCall } from 'autodidact';
import { lessonInWords } from '../words';
import { h } from './dom';
import { sentence } from './format';

/** The line that says what was learned from the user, with the way to forget it. */
export class LessonLine {
  readonly element = h('div', { class: 'lesson' });
  readonly #text = h('p', { tabindex: -1 });
  readonly #later = h('span', { class: 'later' });

  constructor() {
    this.element.append(this.#text);
  }

  /** It is kept; `forget` takes it back. */
  stored(query: string, calls: readonly ToolCall[], forget: () => void): void {
    this.#text.replaceChildren(`Learned: ${lessonInWords(query, calls)}`, this.#later);
    this.element.append(h('button', { type: 'button', class: 'small', 'aria-label': `Undo this lesson: ${query}`, onclick: forget }, 'Undo'));
  }

  /** What came of training on it later. */
  practised({ adapter, note }: Taught): void {
    this.add(adapter ? 'Practised.' : `The practice was not kept${note ? `: ${sentence(note)}` : '.'}`);
  }

  /** Says more, behind the lesson. */
  add(text: string): void {
    this.#later.append(` ${text}`);
  }

  /** Something else than a lesson came of it. */
  say(text: string, bad = false): void {
    const hadFocus = this.element.contains(document.activeElement);
    this.#text.replaceChildren(text);
    this.#text.classList.toggle('bad', bad);
    this.element.querySelector('button')?.remove();
    if (hadFocus) this.#text.focus();
  }
}
