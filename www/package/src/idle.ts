import { AutodidactError } from './errors.ts';
import type { Taught, Trace } from './types.ts';

/** What became of something that was learned from while nobody waited: a task or a lesson; or why nothing did. */
export type Learned =
  | { trace: Trace; taught?: undefined; error?: undefined }
  | { taught: Taught; trace?: undefined; error?: undefined }
  | { error: AutodidactError; trace?: undefined; taught?: undefined };

/**
 * Learns while nobody waits: jobs begin some time after the last call ended, one at a time, and a call of the user
 * stops the running job at its next token or step, to begin again later.
 */
export class IdleLearner<Job> {
  readonly #run: (job: Job, signal: AbortSignal) => Promise<Learned>;
  readonly #after: number;
  readonly #tell: (outcome: Learned) => void;
  readonly #queue: Job[] = [];
  #waiting = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #running: { stop: AbortController; ended: Promise<void> } | null = null;
  #closed = false;

  constructor(run: (job: Job, signal: AbortSignal) => Promise<Learned>, after: number, tell: (outcome: Learned) => void) {
    this.#run = run;
    this.#after = after;
    this.#tell = tell;
  }

  /** Jobs that wait or run. */
  get pending(): number {
    return this.#queue.length + (this.#running ? 1 : 0);
  }

  add(job: Job): void {
    this.#queue.push(job);
    this.#schedule();
  }

  /** Takes back jobs that have not ended. Call it within `first`, where none runs. */
  drop(isGone: (job: Job) => boolean): void {
    this.#queue.splice(0, Infinity, ...this.#queue.filter((job) => !isGone(job)));
  }

  /** Does what somebody waits for, as soon as the running job has stopped. */
  async first<R>(work: () => Promise<R>): Promise<R> {
    this.#waiting++;
    clearTimeout(this.#timer);
    try {
      this.#running?.stop.abort();
      await this.#running?.ended;
      return await work();
    } finally {
      this.#waiting--;
      this.#schedule();
    }
  }

  /** Forgets what was not learned yet. */
  close(): void {
    this.#closed = true;
    this.#queue.length = 0;
    clearTimeout(this.#timer);
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    if (this.#closed || this.#waiting > 0 || this.#running || this.#queue.length === 0) return;
    this.#timer = setTimeout(() => {
      const begin = () => this.#begin();
      // Not every browser, and no worker, says when it is idle.
      if (typeof requestIdleCallback === 'function') requestIdleCallback(begin, { timeout: 1000 });
      else begin();
    }, this.#after);
  }

  #begin(): void {
    if (this.#closed || this.#waiting > 0 || this.#running) return;
    const job = this.#queue.shift();
    if (job === undefined) return;
    const stop = new AbortController();
    const done = this.#run(job, stop.signal).catch((reason: unknown): Learned => ({ error: AutodidactError.from(reason) }));
    this.#running = { stop, ended: done.then((outcome) => this.#end(job, stop, outcome)) };
  }

  #end(job: Job, stop: AbortController, outcome: Learned): void {
    this.#running = null;
    const isStopped = outcome.error?.isAborted === true && stop.signal.aborted;
    if (isStopped && !this.#closed) this.#queue.unshift(job);
    this.#schedule();
    if (!isStopped && !this.#closed) this.#tell(outcome);
  }
}
