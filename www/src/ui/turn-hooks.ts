import type { ToolCall } from 'autodidact';

/** What the user does in a turn. */
export interface TurnHooks {
  /** One of the calls that were proposed, or completed. */
  choose: (calls: ToolCall[]) => void;
  /** What was right instead. */
  correct: (calls: ToolCall[]) => void;
  /** It was wrong, whatever is right. */
  wrong: () => void;
  practise: () => void;
  stop: () => void;
  again: () => void;
  /** A result was taken back. */
  undone: (at: number) => void;
  inside: () => void;
}
