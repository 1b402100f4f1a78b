import { setUsable, isUsable, need } from './ui/dom';
import { say } from './ui/status';

interface Hooks {
  /** The agent has started. */
  isReady: () => boolean;
  /** Something has begun or ended. */
  onChange: () => void;
  /** Ends the agent that does not listen, and starts another. */
  restart: () => void;
}

/** What the agent does for somebody who waits: one thing at a time, which can be stopped. */
export class Work {
  readonly #hooks: Hooks;
  readonly #stop = need('stop');
  #running: AbortController | null = null;
  #last: Promise<unknown> = Promise.resolve();

  constructor(hooks: Hooks) {
    this.#hooks = hooks;
    this.#stop.addEventListener('click', () => isUsable(this.#stop) && this.stop());
  }

  get isRunning(): boolean {
    return this.#running !== null;
  }

  /** The agent is there, and does nothing. */
  get isIdle(): boolean {
    return this.#hooks.isReady() && !this.isRunning;
  }

  /** Does something, as soon as what runs has ended. */
  async do<T>(work: (signal: AbortSignal) => PromiseLike<T>): Promise<T> {
    const before = this.#last;
    const mine = before.then(() => this.#now(work));
    this.#last = mine.catch(() => {});
    return mine;
  }

  /** Stops what runs; said twice, it ends the agent. */
  stop(): void {
    if (!this.#running) return;
    if (this.#running.signal.aborted) return this.#hooks.restart(); // It does not listen: end its worker.
    say('Stopping … Press Stop again to end it at once.');
    this.abort();
  }

  abort(): void {
    this.#running?.abort();
  }

  /** Shows whether there is something to stop. */
  show(): void {
    setUsable(this.#stop, this.isRunning);
  }

  async #now<T>(work: (signal: AbortSignal) => PromiseLike<T>): Promise<T> {
    const mine = (this.#running = new AbortController());
    this.#hooks.onChange();
    try {
      return await work(mine.signal);
    } finally {
      this.#running = null;
      this.#hooks.onChange();
    }
  }
}
