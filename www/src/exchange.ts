import type { Asked, Question, TaskOptions, ToolCall, ToolResult } from 'autodidact';
import type { Conversation, Turn } from './conversation';
import type { Plan } from './plan';
import { resultInWords } from './words';
import type { TurnView } from './ui/turn';

/** What a later turn is told of a result that was taken back. */
const UNDONE = 'The user took this back.';

/** A turn with what is seen of it, and how the agent was asked. */
export class Exchange {
  readonly turn: Turn;
  readonly view: TurnView;
  readonly plan: Plan;
  readonly options: TaskOptions;
  /** The agent works on it, maybe still after it has asked back. */
  isRunning = false;
  readonly #conversation: Conversation;
  #asked: Asked | null = null;
  #question: Question | null = null;

  /** `options` are those of the plan, with what belongs to the page. */
  constructor(conversation: Conversation, turn: Turn, view: TurnView, plan: Plan, options: TaskOptions) {
    this.#conversation = conversation;
    this.turn = turn;
    this.view = view;
    this.plan = plan;
    this.options = options;
  }

  /** The task as the agent was last asked it. */
  get asked(): Asked {
    return this.#asked ?? this.turn.words;
  }

  /** The task with what is remembered now. */
  ask(): Asked {
    return (this.#asked = this.#conversation.task(this.turn));
  }

  /** There is a memory for lessons. */
  get remembers(): boolean {
    return this.options.memory !== undefined;
  }

  /** The agent asks back. */
  clarify(question: Question): void {
    this.#question = question;
    this.turn.ending = { kind: 'asked', question: question.text };
    this.view.ask(question);
  }

  /** No tool fits; `text` is what the model wrote instead, if it wrote something. */
  decline(text: string | null): void {
    this.turn.ending = text === null ? null : { kind: 'answered', text };
    if (text === null) this.view.decline();
    else this.view.answer(text);
  }

  act(calls: readonly ToolCall[], results: readonly ToolResult[]): void {
    this.turn.ending = calls.length === 0 ? null : { kind: 'called', calls, results: results.map(resultInWords) };
    this.view.act(calls, results);
  }

  /** Whether its calls are those that another turn asked about, now with what was missing. */
  completes(before: Exchange): boolean {
    const { call, gaps = [] } = before.#question ?? {};
    const [only, ...others] = this.calls ?? [];
    const isOpen = before.turn.ending?.kind === 'asked' && gaps.length > 0;
    if (!isOpen || !call || only?.name !== call.name || others.length > 0) return false;
    return Object.entries(call.arguments).every(([name, value]) => JSON.stringify(only.arguments[name]) === JSON.stringify(value));
  }

  /** The calls that were carried out; null where none were. */
  get calls(): readonly ToolCall[] | null {
    return this.turn.ending?.kind === 'called' ? this.turn.ending.calls : null;
  }

  undone(at: number): void {
    const { ending } = this.turn;
    if (ending?.kind !== 'called') return;
    this.turn.ending = { ...ending, results: ending.results.map((result, n) => (n === at ? UNDONE : result)) };
  }
}
