/** Requests to the agent: from the user's words to the end of the turn. */
import { AutodidactError, type TaskEvent, type TaskOptions, type TaskResult, type Tool, type ToolResult } from 'autodidact';
import type { Conversation } from './conversation';
import type { Engine } from './engine';
import { Exchange } from './exchange';
import { facts } from './facts';
import type { Inside } from './inside';
import type { Lessons } from './lessons';
import type { Plan, Planner } from './plan';
import { runnable } from './tools';
import { isInWords } from './ui/answers';
import type { Log } from './ui/log';
import { phaseText } from './ui/phases';
import { say } from './ui/status';
import { TurnView } from './ui/turn';
import type { TurnHooks } from './ui/turn-hooks';
import type { Work } from './work';

interface Parts {
  engine: Engine;
  work: Work;
  conversation: Conversation;
  planner: Planner;
  log: Log;
  inside: Inside;
  lessons: Lessons;
  /** What the user does in a turn. */
  hooksOf: (exchange: () => Exchange) => TurnHooks;
  onBegin: (exchange: Exchange) => void;
  /** The list of adapters may be another. */
  onEnd: () => void;
}

export class Asking {
  readonly #parts: Parts;
  /** The turn that began last, in this conversation. */
  #last: Exchange | null = null;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** A new conversation begins. */
  clear(): void {
    this.#last = null;
  }

  /**
   * Asks, with tools of its own if need be, and gives the exchange once it has ended; null when nothing was asked.
   */
  async ask(words: string, tools?: readonly Tool[]): Promise<Exchange | null> {
    const { engine, work, planner, lessons } = this.#parts;
    if (engine.explain()) return null;
    if (!engine.isReady) return say(engine.waiting), null;
    const before = this.#last;
    // A question may be answered while it still looks for more to propose.
    if (before?.isRunning && before.view.question && !before.view.isPractising) work.abort();
    else if (work.isRunning) return say('It is still busy. Escape stops it.'), null;
    engine.hideError();
    const exchange = await work.do(async (signal) => {
      const plan = await planner.plan(tools).catch((reason) => (engine.report(reason), null));
      if (!plan) return null;
      const exchange = (this.#last = this.#begin(words, plan));
      await this.#askNow(exchange, signal);
      return exchange;
    });
    // The answer to a question is a lesson, as a click would be.
    if (exchange && before && exchange.completes(before)) await lessons.teach(exchange, [...(exchange.calls ?? [])]);
    return exchange;
  }

  /** Asks the same again, in a turn of its own. */
  again({ turn, plan }: Exchange): Promise<Exchange | null> {
    return this.ask(turn.words, plan.isOneOff ? plan.tools : undefined);
  }

  #begin(words: string, plan: Plan): Exchange {
    const { conversation, log, inside, hooksOf, onBegin } = this.#parts;
    const { tools, isOneOff } = plan;
    const turn = conversation.begin(words);
    const view = new TurnView(words, tools, hooksOf(() => exchange));
    const options: TaskOptions = { ...plan.options, facts: facts(), tools: runnable(tools) };
    if (plan.reviews) options.review = (written) => inside.review(written);
    const exchange: Exchange = new Exchange(conversation, turn, view, plan, options);
    if (isOneOff) view.note(`Asked with other tools, which this page does not have: ${tools.map(({ name }) => name).join(', ')}.`);
    log.add(view);
    onBegin(exchange);
    return exchange;
  }

  async #askNow(exchange: Exchange, signal: AbortSignal): Promise<void> {
    const { inside, log, onEnd } = this.#parts;
    const { turn, plan, options } = exchange;
    inside.begin({ words: turn.words, learn: plan.options.learn, start: plan.start });
    exchange.isRunning = true;
    try {
      this.#finish(exchange, await this.#remembering(exchange, { ...options, signal, onEvent: (event) => this.show(exchange, event) }));
      onEnd();
    } catch (reason) {
      this.fail(exchange, AutodidactError.from(reason));
    }
    exchange.isRunning = false;
    exchange.view.offerInside(true);
    log.reveal(exchange.view);
  }

  /** Asks with the earlier turns; where they are too long for the model, with fewer of them. */
  async #remembering(exchange: Exchange, options: TaskOptions): Promise<TaskResult> {
    const { engine, conversation } = this.#parts;
    const agent = await engine.agent;
    for (;;) {
      try {
        return await agent.ask(exchange.ask(), options);
      } catch (reason) {
        const { code } = AutodidactError.from(reason);
        if (code !== 'ContextOverflow' || !conversation.dropOldest(exchange.turn)) throw reason;
        say('The conversation is too long for it. It goes on without the oldest turn.');
      }
    }
  }

  /** Shows an event of a turn while it comes. */
  show(exchange: Exchange, event: TaskEvent): void {
    const { view, plan } = exchange;
    this.#parts.inside.show(event);
    switch (event.type) {
      case 'phase':
        say(`${phaseText(event.phase)} …`);
        // What comes after a question is practice, where that is wanted without a click.
        if (view.question && !view.isPractising && plan.options.learn !== 'never' && event.phase !== 'restore') view.practise();
        if (view.isPractising) view.enter(event.phase);
        else if (!view.question) view.work(`${phaseText(event.phase)} …`);
        break;
      case 'decision':
        if (event.decision.kind === 'clarify') exchange.clarify(event.decision.question);
        break;
      case 'train':
        view.step(event);
        break;
      case 'tool-call':
        say(`Executing ${event.call.name} …`);
    }
  }

  #finish(exchange: Exchange, trace: TaskResult): void {
    const { view } = exchange;
    const { decision, lesson, leftOut = [] } = trace;
    this.#parts.inside.finish(trace);
    switch (decision.kind) {
      case 'act':
        exchange.act(decision.calls, resultsOf(trace));
        say('Done.');
        break;
      case 'clarify':
        exchange.clarify(decision.question);
        if (view.isPractising) view.practised('It has practised.', false);
        say('It asks back.');
        break;
      case 'decline': {
        // Where a person taught that no tool fits, the model's words are not the answer.
        const text = isInWords(trace.answer) && !lesson ? trace.answer.text.trim() : null;
        exchange.decline(text);
        say(text === null ? 'Nothing was done.' : 'It answered in words. Nothing was done.');
      }
    }
    if (lesson) view.taught(lesson.query, lesson.exact);
    for (const { tool, reason } of leftOut) view.note(`The tool ${tool} was left out: ${reason}.`);
  }

  /** Shows why a turn did not end. A question that was asked before stays. */
  fail({ view }: Exchange, error: AutodidactError): void {
    this.#parts.inside.stop(error);
    say(error.isAborted ? 'Stopped.' : 'There was an error.');
    if (view.isPractising) view.practised(error.isAborted ? 'Stopped. Nothing was learned.' : `It could not practise: ${error.message}.`, true);
    else if (!view.question) view.fail(error);
    if (error.isFatal) this.#parts.engine.report(error);
  }
}

/** What became of the calls, in their order; a call that nobody executed has a result too. */
function resultsOf({ results, decision }: TaskResult): ToolResult[] {
  const first = results[0];
  if (first) return first;
  return decision.kind === 'act' ? decision.calls.map((call) => ({ call, status: 'not-runnable' })) : [];
}
