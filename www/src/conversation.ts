/** The turns of a conversation, and what the agent is told of the earlier ones. */
import type { Asked, Message, ToolCall } from 'autodidact';

/** Turns that the agent remembers at most. */
const MOST = 8;

/** How a turn ended, as far as later ones depend on it. */
export type Ending =
  /** Calls, with what came of each in a sentence. */
  | { kind: 'called'; calls: readonly ToolCall[]; results: readonly string[] }
  /** A question of the agent. */
  | { kind: 'asked'; question: string }
  /** Words of the model, and no call. */
  | { kind: 'answered'; text: string };

export interface Turn {
  /** The user's. */
  readonly words: string;
  /** Null while it runs, and where it was declined or stopped: then later turns know nothing of it. */
  ending: Ending | null;
  remembered: boolean;
}

export class Conversation {
  #turns: Turn[] = [];
  readonly #onDropped: (turn: Turn) => void;

  /** `onDropped` hears of each turn that is remembered no longer. */
  constructor(onDropped: (turn: Turn) => void) {
    this.#onDropped = onDropped;
  }

  get isEmpty(): boolean {
    return this.#turns.length === 0;
  }

  begin(words: string): Turn {
    const before = this.#turns.filter(isTold);
    if (before.length > MOST) before.slice(0, -MOST).forEach((turn) => this.#drop(turn));
    const turn = { words, ending: null, remembered: true };
    this.#turns.push(turn);
    return turn;
  }

  /** The task of a turn: its words, behind what is remembered of the turns before it. */
  task(turn: Turn): Asked {
    const earlier = this.#before(turn).flatMap(messages);
    return earlier.length === 0 ? turn.words : { messages: [...earlier, { role: 'user', content: turn.words }] };
  }

  /** Drops the oldest turn that is remembered before this one, if there is one. */
  dropOldest(turn: Turn): boolean {
    const [oldest] = this.#before(turn);
    if (oldest) this.#drop(oldest);
    return oldest !== undefined;
  }

  clear(): void {
    this.#turns = [];
  }

  #before(turn: Turn): Turn[] {
    const at = this.#turns.indexOf(turn);
    return this.#turns.slice(0, at < 0 ? 0 : at).filter(isTold);
  }

  #drop(turn: Turn): void {
    turn.remembered = false;
    this.#onDropped(turn);
  }
}

const isTold = ({ ending, remembered }: Turn): boolean => remembered && ending !== null;

function messages({ words, ending }: Turn): Message[] {
  const said: Message = { role: 'user', content: words };
  if (!ending) return [];
  if (ending.kind === 'asked') return [said, { role: 'assistant', content: ending.question }];
  if (ending.kind === 'answered') return [said, { role: 'assistant', content: ending.text }];
  const results = ending.results.map((content, n): Message => {
    const name = ending.calls[n]?.name;
    return { role: 'tool', content, ...(name !== undefined && { name }) };
  });
  return [said, { role: 'assistant', content: '', tool_calls: [...ending.calls] }, ...results];
}
