/**
 * The contract between the page, its worker and the wasm package: the package's types, and the messages that cross the
 * worker. Every number is computed in Rust; the page only shows it.
 */

// ---- Types of the package ------------------------------------------------------------------------------------------

/** A function the agent may call, as in OpenAI's `tools` (the part under `function`). */
export interface Tool {
  name: string;
  description: string;
  /** JSON Schema of the arguments. */
  parameters: ToolSchema;
}

export interface ToolSchema {
  type?: string;
  properties?: Record<string, unknown>;
  required?: string[];
}

export interface ToolCall {
  name: string;
  arguments: Record<string, unknown>;
}

/** A query with its calls: what the agent writes for itself and trains on. */
export interface Pair {
  query: string;
  calls: ToolCall[];
}

export type BackendChoice = 'auto' | 'webgpu' | 'cpu';

export interface CreateOptions {
  /** Base address of a Hugging Face model directory, ending on a slash. */
  model: string;
  backend?: BackendChoice;
  /** Accept a GPU that is emulated in software. For tests. */
  force_software_gpu?: boolean;
  /** Name of the IndexedDB database that keeps adapters. */
  store?: string;
}

export interface AskOptions {
  /** By what the agent decides whether it is sure; `margin` when absent. */
  estimator?: Estimator;
  /** Learn when the certainty is below this; 0.95 when absent. 0 never learns, above 1 always does. */
  threshold?: number;
  /** Keep the adapter under this name. */
  keep?: string;
  /** `keep` may replace an adapter of that name. */
  replace?: boolean;
  /** Apply this stored adapter first. */
  adapter?: string;
  /** The first answer stands, and nothing is kept, unless the margin has grown by learning. */
  gate?: boolean;
  /** Answers and examples may be any text; else only calls that fit the tools' schemas can be written. */
  unconstrained?: boolean;
  seed?: number;
  /** Examples to write. */
  pairs?: number;
  /** Training steps. */
  steps?: number;
}

export interface Task {
  query: string;
  tools: Tool[];
}

export interface BackendReport {
  kind: 'webgpu' | 'cpu';
  adapter: string;
  software: boolean;
  /** Why this backend was picked. */
  reason: string;
  self_test?: { max_difference: number; tolerance: number };
}

export interface AgentReport {
  backend: BackendReport;
  model: {
    name: string;
    family: string;
    parameters: number;
    context: number;
    vocab: number;
    fingerprint: string;
    bytes: number;
  };
}

export interface Candidate {
  /** A tool of the menu, or null for "no call". */
  name: string | null;
  log_prob: number;
  probability: number;
}

/** By what the agent decides whether it is sure. */
export type Estimator = 'margin' | 'max-probability' | 'entropy' | 'perplexity';

export interface Uncertainty {
  estimator: Estimator;
  /** How sure the agent is by the estimator, in [0, 1]; compared with the threshold. */
  certainty: number;
  threshold: number;
  unsure: boolean;
  /** Lead of the best candidate over the second, in [0, 1]; null, like the next two, where the candidates were not scored. */
  margin: number | null;
  max_probability: number | null;
  entropy: number | null;
  perplexity: number | null;
  candidates: Candidate[];
}

export interface Answer {
  text: string;
  calls: ToolCall[];
  error?: string;
}

export interface Synthesis {
  requested: number;
  valid: number;
  /** Count of rejected examples by reason. */
  rejected: Record<string, number>;
  pairs: Pair[];
}

export interface Training {
  steps: number;
  losses: number[];
  parameters: number;
  tokens: number;
}

/** All that happened for one task. */
export interface Trace {
  backend: string;
  model: string;
  uncertainty: Uncertainty;
  synthesis: Synthesis | null;
  training: Training | null;
  base_answer: Answer;
  answer: Answer;
  adapted: boolean;
  /** The margin of the task after learning; absent when nothing was learned, or neither `gate` nor `keep` asks for it. */
  margin_after?: number;
  /** Seconds by stage. */
  seconds: Record<string, number>;
  /** The base weights are back, checked. */
  restored: boolean;
  /** Name under which the adapter was kept. */
  stored: string | null;
  note: string | null;
}

export interface AdapterMeta {
  name: string;
  baseFingerprint: string;
  createdMs: number;
  bytes: number;
  sha256: string;
  rank: number;
  alpha: number;
  targets: string[];
  task: string;
  pairs: number;
  steps: number;
  marginBefore: number | null;
  marginAfter: number | null;
}

export type Phase = 'load' | 'self-test' | 'score' | 'answer' | 'synthesize' | 'train' | 'answer-again' | 'store' | 'restore';

/** Which of the two answers an event belongs to. */
export type AnswerSide = 'base' | 'adapted';

export type AgentEvent =
  /** `total` is 0 when it is not known (a compressed transfer). */
  | { type: 'download'; file: string; loaded: number; total: number }
  | { type: 'backend'; report: BackendReport }
  | { type: 'phase'; phase: Phase }
  | { type: 'score'; uncertainty: Uncertainty }
  /** `text` is the piece that was added. */
  | { type: 'token'; answer: AnswerSide; text: string }
  | { type: 'answer'; answer: AnswerSide; result: Answer }
  | { type: 'pair'; pair: Pair; valid: boolean; reason?: string }
  | TrainEvent;

export interface TrainEvent {
  type: 'train';
  /** Counted from 1. */
  step: number;
  total: number;
  loss: number;
  learning_rate: number;
  /** Before clipping. */
  gradient_norm: number;
  tokens_per_second: number;
  eta_seconds: number;
}

// ---- Messages across the worker --------------------------------------------------------------------------------------

/** What the page may ask of the worker: parameters and result by method. */
export interface Methods {
  create: { params: { options: CreateOptions }; result: AgentReport };
  ask: { params: { task: Task; options: AskOptions }; result: Trace };
  cancel: { params: null; result: null };
  parseTools: { params: { json: string }; result: Tool[] };
  listAdapters: { params: null; result: AdapterMeta[] };
  exportAdapter: { params: { name: string }; result: Uint8Array };
  importAdapter: { params: { name: string; bytes: Uint8Array }; result: AdapterMeta };
  deleteAdapter: { params: { name: string }; result: null };
}

export type Method = keyof Methods;

export type Request = { [M in Method]: { id: number; method: M; params: Methods[M]['params'] } }[Method];

export type Reply =
  | { id: number; event: AgentEvent }
  | { id: number; result: Methods[Method]['result'] }
  | { id: number; error: WireError };

/** An error as it crosses the worker. */
export interface WireError {
  name: string;
  code: string;
  message: string;
}
