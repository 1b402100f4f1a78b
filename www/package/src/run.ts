import { AutodidactError } from './errors.ts';

/**
 * A running call: await it for its result, or loop over it for its events, or both. Events that came before the loop
 * began are not lost. Leaving the loop does not stop the call; an `AbortSignal` does.
 */
export class Run<Event, Result> implements PromiseLike<Result>, AsyncIterable<Event> {
  readonly #events: Event[] = [];
  readonly #result: Promise<Result>;
  #ended = false;
  #wake: () => void = () => {};
  #changed: Promise<void> = this.#next();

  constructor(work: (emit: (event: Event) => void) => Promise<Result>) {
    const emit = (event: Event) => {
      this.#events.push(event);
      this.#tell();
    };
    const end = () => {
      this.#ended = true;
      this.#tell();
    };
    this.#result = work(emit).catch((error: unknown) => {
      throw AutodidactError.from(error);
    });
    this.#result.then(end, end);
  }

  /** The result; rejects with an `AutodidactError`. */
  get result(): Promise<Result> {
    return this.#result;
  }

  // eslint-disable-next-line unicorn/no-thenable -- so that `await agent.ask(...)` gives the result
  then<A = Result, B = never>(
    onFulfilled?: ((value: Result) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: AutodidactError) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#result.then(onFulfilled, onRejected);
  }

  /** All events from the first on; throws what the call failed with. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Event, void, undefined> {
    for (let at = 0; ; ) {
      const changed = this.#changed;
      while (at < this.#events.length) yield this.#events[at++]!;
      if (this.#ended) break;
      if (changed === this.#changed) await changed;
    }
    await this.#result;
  }

  #next(): Promise<void> {
    return new Promise((resolve) => (this.#wake = resolve));
  }

  #tell(): void {
    const wake = this.#wake;
    this.#changed = this.#next();
    wake();
  }
}
