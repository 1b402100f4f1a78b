/** What the user does in a turn: chooses, completes, corrects, lets it practise. */
import { AutodidactError, type ToolCall } from 'autodidact';
import type { Asking } from './asking';
import type { Engine } from './engine';
import type { Exchange } from './exchange';
import type { Inside } from './inside';
import type { Lessons } from './lessons';
import type { Planner } from './plan';
import { sameCalls } from './ui/calls';
import { sentence } from './ui/format';
import { say } from './ui/status';
import type { TurnHooks } from './ui/turn-hooks';
import { meaning } from './words';
import type { Work } from './work';

interface Parts {
  engine: Engine;
  work: Work;
  asking: Asking;
  planner: Planner;
  inside: Inside;
  lessons: Lessons;
  /** The list of adapters may be another. */
  onEnd: () => void;
}

export class Replies {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** `exchange` is there once the turn has begun. */
  hooks(exchange: () => Exchange): TurnHooks {
    const { asking, inside, work, engine } = this.#parts;
    const doing = (reply: Promise<unknown>) => void reply.catch((reason) => engine.report(reason));
    return {
      choose: (calls) => doing(this.#choose(exchange(), calls)),
      correct: (calls) => doing(this.#correct(exchange(), calls)),
      wrong: () => doing(this.#wrong(exchange())),
      practise: () => doing(this.#practise(exchange())),
      again: () => doing(asking.again(exchange())),
      stop: () => work.stop(),
      undone: (at) => exchange().undone(at),
      inside: () => inside.open(),
    };
  }

  async #choose(exchange: Exchange, calls: ToolCall[]): Promise<void> {
    // It has what it asked for: it need not look or practise any more.
    if (exchange.isRunning) this.#parts.work.abort();
    await this.#carryOut(exchange, calls);
    await this.#parts.lessons.teach(exchange, calls);
  }

  async #correct(exchange: Exchange, calls: ToolCall[]): Promise<void> {
    if (!exchange.calls || !sameCalls([...exchange.calls], calls)) {
      exchange.view.undo();
      await this.#carryOut(exchange, calls);
    }
    await this.#parts.lessons.teach(exchange, calls);
  }

  async #wrong(exchange: Exchange): Promise<void> {
    exchange.view.undo();
    await this.#parts.lessons.takeBack(exchange);
  }

  /** Executes calls that the user has chosen, and so has confirmed. */
  async #carryOut(exchange: Exchange, calls: ToolCall[]): Promise<void> {
    const { engine, work } = this.#parts;
    const { tools = [] } = exchange.options;
    const results = await work.do(async (signal) =>
      calls.length === 0 ? [] : (await engine.agent).execute(calls, { tools, signal, confirmed: true }));
    exchange.act(calls, results);
    say(calls.length === 0 ? 'Nothing is done.' : 'Done.');
  }

  /** Writes examples and trains on them for a request that it asked back about. What it finds is only proposed. */
  async #practise(exchange: Exchange): Promise<void> {
    const { engine, work, planner, asking, inside, onEnd } = this.#parts;
    const { view, turn, plan } = exchange;
    // It need not look for more to propose without practice.
    if (exchange.isRunning) work.abort();
    else if (!work.isIdle) return say('It is still busy. Escape stops it.');
    const options = { ...exchange.options, learn: 'always' as const, maxSteps: 0 };
    if (!(await planner.mayKeep(options))) return;
    let before = 0;
    try {
      const trace = await work.do(async (signal) => {
        exchange.isRunning = true;
        before = view.question?.count ?? 0;
        view.practise();
        inside.begin({ words: turn.words, learn: 'always', start: plan.start });
        return (await engine.agent).ask(exchange.asked, { ...options, signal, onEvent: (event) => asking.show(exchange, event) });
      });
      inside.finish(trace);
      const { decision, note } = trace;
      if (decision.kind === 'clarify') view.question?.add(decision.question.proposals ?? []);
      else if (decision.kind === 'act') view.question?.add([{ text: meaning(decision.calls), calls: decision.calls }]);
      const isFound = (view.question?.count ?? 0) > before;
      view.practised(isFound ? 'It has practised, and found another choice.' : `It has practised, and found nothing new. ${note ? sentence(note) : ''}`, false);
      say(isFound ? 'It has practised, and found another choice.' : 'It has practised, and found nothing new.');
      onEnd();
    } catch (reason) {
      asking.fail(exchange, AutodidactError.from(reason));
    }
    exchange.isRunning = false;
  }
}
