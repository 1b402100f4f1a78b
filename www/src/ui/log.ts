import { need } from './dom';
import type { TurnView } from './turn';

/** The conversation as it is seen. The examples stand there before it begins, and are a click away later. */
export class Log {
  readonly #turns = need('turns');
  readonly #examples = need('examples');
  readonly #toExamples = need('to-examples');
  readonly #restart = need('new-conversation');
  #last: TurnView | null = null;
  /** Height of the last turn. */
  #height = 0;
  readonly #growth = new ResizeObserver(() => this.#follow());

  constructor() {
    this.#toExamples.addEventListener('click', () => {
      this.#showExamples(Boolean(this.#examples.hidden));
      this.#examples.scrollIntoView({ block: 'nearest' });
    });
    // What sticks to the lower edge hides what lies there: the page scrolls so far that nothing does.
    const bar = need('ask-form');
    new ResizeObserver(() => document.documentElement.style.setProperty('--bar', `${bar.offsetHeight}px`)).observe(bar);
  }

  get last(): TurnView | null {
    return this.#last;
  }

  add(turn: TurnView): void {
    this.#last?.settle();
    this.#last = turn;
    this.#showExamples(false);
    this.#restart.hidden = this.#toExamples.hidden = false;
    this.#turns.append(turn.element);
    this.#growth.disconnect();
    this.#height = 0;
    this.#growth.observe(turn.element);
    this.reveal(turn);
  }

  /** Scrolls as little as it takes to see the end of a turn. */
  reveal(turn: TurnView): void {
    turn.element.scrollIntoView({ block: 'nearest' });
  }

  /** Keeps the end of the last turn in view while it grows, for those who look at it and write nothing there. */
  #follow(): void {
    const turn = this.#last?.element;
    if (!turn) return;
    const { bottom, height } = turn.getBoundingClientRect();
    const before = bottom - (height - this.#height);
    this.#height = height;
    if (before <= innerHeight && !turn.querySelector('form:focus-within')) turn.scrollIntoView({ block: 'nearest' });
  }

  clear(): void {
    this.#last = null;
    this.#growth.disconnect();
    this.#turns.replaceChildren();
    this.#showExamples(true);
    this.#restart.hidden = this.#toExamples.hidden = true;
  }

  #showExamples(isShown: boolean): void {
    this.#examples.hidden = !isShown;
    this.#toExamples.setAttribute('aria-expanded', String(isShown));
  }
}
