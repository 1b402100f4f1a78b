/** What the user teaches: lessons are kept at once, and trained on while nobody waits. */
import { AutodidactError, type Learned, type TaskOptions, type ToolCall } from 'autodidact';
import type { Engine } from './engine';
import type { Exchange } from './exchange';
import type { Inside } from './inside';
import type { LessonLine } from './ui/lesson-line';
import { sentence } from './ui/format';
import { say } from './ui/status';
import type { Work } from './work';

interface Parts {
  engine: Engine;
  work: Work;
  inside: Inside;
  /** There are other lessons, or other adapters. */
  onChange: () => void;
}

/** A lesson that waits for its training. */
interface Waiting {
  query: string;
  line: LessonLine;
}

export class Lessons {
  readonly #parts: Parts;
  #waiting: Waiting[] = [];

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Gives the lesson that these calls are right, and says so in the turn. */
  async teach(exchange: Exchange, calls: ToolCall[]): Promise<void> {
    const line = exchange.view.learn();
    if (!exchange.remembers) return line.say('Not learned: by your settings it forgets between requests.');
    await this.#trying(line, async () => {
      const options: TaskOptions = { ...teaching(exchange.options), when: 'idle' };
      const { lesson, note } = await this.#do((agent, signal) =>
        agent.feedback(exchange.asked, { verdict: 'right', calls }, { ...options, signal }));
      if (!lesson) return line.say(`Not learned: ${sentence(note ?? 'nothing was kept')}`);
      line.stored(lesson.query, lesson.calls, () => void this.#forget(exchange, lesson.query, line));
      if (note) line.add(sentence(note));
      this.#waiting.push({ query: lesson.query, line });
      if (exchange.options.memory === 'keep') void (await this.#parts.engine.agent).adapters.persist();
    });
  }

  /** Tells the agent that its answer was wrong: what led to it is forgotten. */
  async takeBack(exchange: Exchange): Promise<void> {
    const line = exchange.view.learn();
    if (!exchange.remembers) return line.say('There is no lesson to forget: by your settings it forgets between requests.');
    await this.#trying(line, async () => {
      const { forgotten, rolledBack, note } = await this.#do((agent, signal) =>
        agent.feedback(exchange.asked, { verdict: 'wrong' }, { ...teaching(exchange.options), signal }));
      const lessons = forgotten.map((query) => `“${query}”`).join(', ');
      if (lessons) line.say(`Forgotten: what you taught me for ${lessons}.`);
      else line.say(rolledBack ? 'What it had practised for requests like this was taken back.' : sentence(note ?? 'no lesson had led to this'));
    });
  }

  /** What came of training on a lesson, while nobody waited. */
  learned(outcome: Learned): void {
    if (outcome.trace) return this.#parts.onChange();
    const at = this.#waiting.findIndex(({ query }) => query === outcome.taught?.lesson?.query);
    const [first] = this.#waiting.splice(Math.max(0, at), 1);
    if (outcome.taught) {
      first?.line.practised(outcome.taught);
      this.#parts.inside.learned(outcome.taught);
    } else if (outcome.error) {
      first?.line.add(`The practice failed: ${sentence(outcome.error.message)}`);
    }
    this.#parts.onChange();
  }

  /** The agent has ended, and what waited with it. */
  drop(): void {
    this.#waiting = [];
  }

  /** Forgets what was taught about a request, with the adapters that were trained on it. */
  async forget(query: string, options: TaskOptions): Promise<void> {
    await this.#do((agent, signal) => agent.lessons.forget(query, { ...options, signal }));
    this.#parts.onChange();
  }

  async #forget(exchange: Exchange, query: string, line: LessonLine): Promise<void> {
    this.#waiting = this.#waiting.filter((one) => one.line !== line);
    await this.#trying(line, async () => {
      const { tools, memory } = exchange.options;
      await this.forget(query, { ...(tools && { tools }), ...(memory && { memory }) });
      line.say('Forgotten.');
    });
  }

  #do<T>(work: (agent: Awaited<Engine['agent']>, signal: AbortSignal) => PromiseLike<T>): Promise<T> {
    const { engine, work: line } = this.#parts;
    return line.do(async (signal) => work(await engine.agent, signal));
  }

  /** Does something with lessons; what goes wrong is said in the line. */
  async #trying(line: LessonLine, work: () => Promise<void>): Promise<void> {
    try {
      await work();
      this.#parts.onChange();
    } catch (reason) {
      const error = AutodidactError.from(reason);
      line.say(error.isAborted ? 'Stopped. Nothing was learned.' : `Not learned: ${sentence(error.message)}`, !error.isAborted);
      if (error.isFatal) this.#parts.engine.report(error);
      else say('Nothing was learned.');
    }
  }
}

/** The options of a request, as far as a lesson depends on them. */
function teaching({ learn, keep, replace, review, onEvent, maxSteps, ...options }: TaskOptions): TaskOptions {
  return options;
}
