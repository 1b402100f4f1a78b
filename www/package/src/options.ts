/** The options of an agent and of its questions, as callers in JavaScript write them. */
import type { Learned } from './idle.ts';
import type { Teacher } from './teacher.ts';
import type { Confirm, RunnableTool, ToolEvent, ToolResult } from './tools.ts';
import type { AgentEvent, Answer, AskOptions, BackendChoice, Dtype, MemoryMode, MemoryOptions, ModelSource, Pair, Trace } from './types.ts';

export interface AgentOptions {
  /**
   * `seedModel` of `autodidact/seed-model`, the address of a model directory, addresses of files, or the id of a model
   * on a hub.
   */
  model: ModelSource;
  /** Tools of every task that brings none of its own. */
  tools?: RunnableTool[];
  backend?: BackendChoice;
  /** How the weights are held in memory on the CPU; `auto` when absent. On a GPU they are 32-bit floats. */
  dtype?: Dtype;
  /** Accept a GPU that is emulated in software. For tests. */
  forceSoftwareGpu?: boolean;
  /** Name of the IndexedDB database that keeps adapters; `autodidact` when absent. */
  store?: string;
  /** Defaults of every question. */
  defaults?: LearnOptions;
  /** Decides on calls of tools with `confirm: true`. */
  confirm?: Confirm;
  /** Writes the examples in place of the agent when it is unsure. */
  teacher?: Teacher;
  /** The worker to use, made of `autodidact/worker`; when absent, one of this package is made. */
  worker?: Worker | (() => Worker);
  /** Downloads, the choice of the backend, the self-test. */
  onEvent?: (event: AgentEvent) => void;
  /** The outcome of tasks and of feedback with `when: 'idle'`. */
  onLearned?: (outcome: Learned) => void;
  /** Milliseconds without a call after which what has `when: 'idle'` is learned; 2000 when absent. */
  idleAfter?: number;
  /** Stops the loading. */
  signal?: AbortSignal;
}

/** How a question is treated. The memory may be given by its mode alone. */
export interface LearnOptions extends Omit<AskOptions, 'memory' | 'dryRun'> {
  memory?: MemoryMode | MemoryOptions;
}

export interface RunOptions {
  signal?: AbortSignal;
  onEvent?: (event: TaskEvent) => void;
}

export interface TaskOptions extends LearnOptions, RunOptions {
  /** In place of the agent's tools. */
  tools?: RunnableTool[];
  /**
   * Most answers in a row: after each, the calls of tools with a `run` are executed and their results given to the
   * model. 1, the default, executes the calls of the first answer only; 0 executes nothing.
   */
  maxSteps?: number;
  /**
   * When to learn: `now`, the default, before the answer that stands; `idle`, after the answer, while nobody waits, for
   * later tasks. `idle` needs `keep` (it goes on learning from what is kept under that name) or `memory`. For feedback,
   * `idle` keeps the lesson at once and trains later.
   */
  when?: 'now' | 'idle';
  /** In place of the agent's teacher. */
  teacher?: Teacher;
  /** Sees the examples before anything is learned from them. */
  review?: Review;
}

export interface ExecuteOptions extends RunOptions {
  /** In place of the agent's tools. */
  tools?: RunnableTool[];
  /** The user has just confirmed these calls: tools with `confirm` do not ask again. */
  confirmed?: boolean;
}

/**
 * Returns the examples that may be learned from: those it was shown, some of them, or corrected ones. With none, the
 * first answer stands.
 */
export type Review = (examples: Pair[]) => Pair[] | Promise<Pair[]>;

export type TaskEvent = AgentEvent | ToolEvent;

/** The trace of the first answer, with the calls that were executed. */
export interface TaskResult extends Trace {
  /** Results by step. */
  results: ToolResult[][];
  /** The last answer; with one step it is the trace's own. */
  final: Answer;
}

/**
 * The options as Rust reads them: the defaults of the agent under those of the question, without what only JavaScript
 * reads.
 */
export function toAskOptions(defaults: LearnOptions | undefined, question: TaskOptions): AskOptions {
  const { signal, onEvent, tools, maxSteps, when, teacher, review, ...own } = question;
  const { memory, ...options } = { ...defaults, ...own };
  if (memory === undefined) return options;
  return { ...options, memory: typeof memory === 'string' ? { mode: memory } : memory };
}
