import { need } from './dom';
import { examples, type Example } from './examples';
import { say } from './status';

interface Hooks {
  /** The user has written something. */
  send: (words: string) => void;
  /** The user wants an example. */
  show: (example: Example) => void;
  restart: () => void;
}

/** Where the user writes: Enter sends, Shift + Enter makes a new line. */
export class Composer {
  readonly #query = need<HTMLTextAreaElement>('query');

  constructor({ send, show, restart }: Hooks) {
    const form = need<HTMLFormElement>('ask-form');
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      const words = this.#query.value.trim();
      if (words !== '') return send(words);
      say('Write what you want done.');
      this.#query.focus();
    });
    this.#query.addEventListener('keydown', (event) => {
      // Who composes a character ends it with Enter.
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      form.requestSubmit();
    });
    this.#query.addEventListener('input', () => this.#fit());
    need('examples').addEventListener('click', ({ target }) => {
      const name = (target as Element).closest<HTMLElement>('[data-example]')?.dataset['example'];
      const example = name === undefined ? undefined : examples[name];
      if (example) show(example);
    });
    need('new-conversation').addEventListener('click', restart);
  }

  get isEmpty(): boolean {
    return this.#query.value.trim() === '';
  }

  /** The user has just sent something from here, and looks at nothing else. */
  get hasFocus(): boolean {
    return document.activeElement === this.#query || document.activeElement === need('ask') || document.activeElement === document.body;
  }

  get words(): string {
    return this.#query.value;
  }

  set words(words: string) {
    this.#query.value = words;
    this.#fit();
  }

  focus(): void {
    this.#query.focus();
  }

  /** As high as what is written. */
  #fit(): void {
    this.#query.style.height = 'auto';
    if (this.#query.value !== '') this.#query.style.height = `${this.#query.scrollHeight + 2}px`;
  }
}
