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

/** JSON Schema of an object; other keywords (`additionalProperties`, `$defs`, `anyOf` …) are read too. */
export interface ToolSchema {
  type?: string;
  properties?: Record<string, unknown>;
  required?: string[];
  [keyword: string]: unknown;
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

/**
 * A Hugging Face model: the address of its directory; or the address of each of its files (bundlers give files new names), with what
 * is known of them; or its id on a hub. Files with a known hash are checked, kept in the browser, and go on where they stopped.
 */
export type ModelSource = string | { name: string; files: Record<string, string | RemoteFile> } | HubModel;

export interface RemoteFile {
  url: string;
  bytes?: number;
  /** Hexadecimal digits. */
  sha256?: string;
}

export interface HubModel {
  /** `organisation/name`. */
  hub: string;
  /** A branch, a tag or a commit; `main` when absent. */
  revision?: string;
  /** `https://huggingface.co` when absent. */
  endpoint?: string;
}

/** A model as Rust fetches it. */
export type AddressedModel = string | { name: string; files: Record<string, string> };

export interface CreateOptions {
  model: ModelSource;
  backend?: BackendChoice;
  /** Accept a GPU that is emulated in software. For tests. */
  force_software_gpu?: boolean;
  /** Name of the IndexedDB database that keeps adapters. */
  store?: string;
}

export interface AskOptions {
  /** By what the agent decides whether it is sure; `perplexity` (of its answer) when absent. */
  estimator?: Estimator;
  /** Score the candidates of tasks too of which the agent is sure without them, so that they can be shown. */
  candidates?: boolean;
  /**
   * Learn when the certainty is below this; 0.95 when absent. 0 never learns, above 1 always does. `auto` finds the threshold below
   * which a share of the last tasks lies (`update_rate`); for the first eight tasks it is 0.95.
   */
  threshold?: number | 'auto';
  /** Share of the tasks to learn from with the threshold `auto`, in [0, 1]; 0.25 when absent. */
  update_rate?: number;
  /** Learn when unsure; true when absent. */
  learn?: boolean;
  /**
   * When unsure, answer with other probable tools too, true when absent: the most probable of those answers whose values stand in the
   * dialogue stands, and when it is sure, nothing is learned.
   */
  search?: boolean;
  /**
   * Orders of the menu in which the agent asks itself when it is unsure, the given one included, from 1 to 16; 1 when absent. The surest
   * answer stands, and when it is sure, nothing is learned.
   */
  orders?: number;
  /** Keep the adapter under this name. */
  keep?: string;
  /** `keep` may replace an adapter of that name. */
  replace?: boolean;
  /** Apply this stored adapter first. */
  adapter?: string;
  /**
   * The first answer stands, and nothing is kept, unless an example that was held back became likelier by learning, and the last answers
   * that the agent was sure of stay what they were.
   */
  gate?: boolean;
  /** Answers and examples may be any text; else only calls that fit the tools' schemas can be written. */
  unconstrained?: boolean;
  /**
   * What outlives the task without a name (not with `keep` and `adapter`): `reset`, nothing; `session`, until the agent ends; `keep`, in this
   * browser. What passes the gate is found again for tasks that are worded alike over the same tools.
   */
  memory?: MemoryMode | MemoryOptions;
  /** Learn from these instead of writing some. */
  examples?: Pair[];
  /** Who wrote them; `user` when absent. */
  examples_from?: LessonSource;
  /** Before training, answer with the examples in the context; that answer stands when it is sure. */
  context_first?: boolean;
  /** Seconds after the first answer within which training may begin. */
  learn_within?: number;
  seed?: number;
  /** Examples to write. */
  pairs?: number;
  /** Training steps. */
  steps?: number;
}

export type MemoryMode = 'reset' | 'session' | 'keep';

export interface MemoryOptions {
  mode: MemoryMode;
  /** Queries are alike from this similarity on, in [0, 1]; 0.75 when absent. */
  similarity?: number;
  /** Bytes that the memory may have; what was used longest ago makes room. 32 MiB when absent. */
  budget_bytes?: number;
  /** Versions of a cluster that are kept; 3 when absent. */
  versions?: number;
}

/** Who wrote an example. */
export type LessonSource = 'synthetic' | 'teacher' | 'user';

/** An example that was learned. */
export interface Lesson extends Pair {
  source: LessonSource;
  createdMs: number;
}

/** What a user says of an answer: these calls are right (none: no tool fits), or it is wrong. */
export type Feedback = { verdict: 'right'; calls: ToolCall[] } | { verdict: 'wrong' };

/** What came of a user’s feedback. */
export interface Taught {
  /** The adapter that holds the lesson; null when nothing was kept. */
  adapter: AdapterMeta | null;
  training: Training | null;
  gate: GateReport | null;
  /** The adapter that was taken back. */
  rolled_back: string | null;
  note: string | null;
}

/** What a teacher is asked: all that would leave the tab. */
export interface TeacherRequest {
  prompt: string;
  temperature: number;
  top_p: number;
  max_tokens: number;
  seed: number;
}

/** A turn of a dialogue. */
export interface Message {
  role: 'system' | 'user' | 'assistant' | 'tool';
  content: string;
  /** Calls made in this turn (assistant only). */
  tool_calls?: ToolCall[];
}

/** What the agent is asked: a query or a whole dialogue that ends on one, and the tools open to it. */
export type Task = Query | Dialogue;

export interface Query {
  query: string;
  tools: Tool[];
}

export interface Dialogue {
  messages: Message[];
  tools: Tool[];
}

/** What may be written: calls that fit their schemas or a text; only calls; any text; JSON that fits a schema. */
export type CompletionForm = 'answer' | 'calls' | 'free' | { json: object | boolean };

export interface CompletionOptions {
  form?: CompletionForm;
  /** 0, the default, always takes the most probable token. */
  temperature?: number;
  /** Share of the probability that is sampled from, in (0, 1]. */
  top_p?: number;
  seed?: number;
  max_tokens?: number;
  /** Apply this stored adapter. */
  adapter?: string;
}

export interface Completion {
  answer: Answer;
  prompt_tokens: number;
  completion_tokens: number;
  /** The text was cut at the limit of tokens. */
  cut: boolean;
  prefill_seconds: number;
  decode_seconds: number;
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

/** What the gate saw of an update. */
export interface GateReport {
  /** Mean log-probability of a held-back example’s tokens before and after learning; null where no further example was valid. */
  before: number | null;
  after: number | null;
  /** Answers that were sure and were asked for again, and how many of them are others now. */
  canaries: number;
  changed: number;
  passed: boolean;
}

/** An adapter of the memory, found for a task. */
export interface Recalled {
  name: string;
  cluster: string;
  version: number;
  similarity: number;
  gate: GateReport;
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
  /** What was found in the memory for the task; it was used where `gate.passed`. */
  recalled?: Recalled;
  /**
   * What came of answering with other tools; absent when they were not tried. `tool` is the one whose calls stand, null where the first
   * answer does; `accepted` says that it is so sure that nothing was learned.
   */
  search?: { tried: string[]; tool: string | null; certainty: number; accepted: boolean };
  /**
   * What came of other orders of the menu; absent when they were not asked. `chosen` is the order of the surest answer, 0 the given one;
   * `accepted` says that it is so sure that nothing was learned.
   */
  orders?: { asked: number; chosen: number; certainty: number; accepted: boolean; menu: string[] };
  /** The answer with the examples in the context; absent when it was not asked for. */
  context?: { answer: Answer; certainty: number; accepted: boolean };
  /** What the gate saw; absent when it was not asked, or nothing was learned. */
  gate?: GateReport;
  /** The margin of the task after learning; absent when nothing was learned, or `keep` does not ask for it. */
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
  /** What it was learned from; absent when unknown. */
  lessons?: Lesson[];
  /** Its place in the memory; absent for one that is applied by its name alone. */
  memory?: { cluster: string; version: number; menu: string; tools: Tool[]; heldBack: Pair | null; usedMs: number; uses: number };
  /** It lives as long as the agent, and is stored nowhere. */
  session?: true;
}

export type Phase =
  | 'load' | 'self-test' | 'recall' | 'score' | 'answer' | 'search' | 'reorder' | 'synthesize' | 'answer-in-context' | 'train' | 'gate' | 'answer-again' | 'store'
  | 'restore';

/** Which answer an event belongs to: the first, the most probable over several tools, the surest over several orders of the menu, the one with the examples in the context, the one after training. */
export type AnswerSide = 'base' | 'searched' | 'reordered' | 'context' | 'adapted';

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

/** A piece of a completion, on its way out of the worker. */
export interface TextEvent {
  type: 'text';
  text: string;
}

/** A question to the teacher, on its way out of the worker; `teacherReply` answers it. */
export interface TeacherEvent {
  type: 'teacher';
  question: number;
  request: TeacherRequest;
}

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
  complete: { params: { task: Task; options: CompletionOptions }; result: Completion };
  synthesize: { params: { task: Task; options: AskOptions }; result: Synthesis };
  adapt: { params: { task: Task; pairs: Pair[]; options: AskOptions }; result: AdapterMeta };
  feedback: { params: { task: Task; feedback: Feedback; options: AskOptions }; result: Taught };
  unlearn: { params: { name: string; lesson: number; options: AskOptions }; result: Taught };
  distill: { params: { task: Task; options: AskOptions }; result: Synthesis };
  teacherReply: { params: { question: number; text?: string; error?: string }; result: null };
  rollBack: { params: { cluster: string }; result: string | null };
  forget: { params: { cluster: string }; result: null };
  cancel: { params: null; result: null };
  parseTools: { params: { json: string }; result: Tool[] };
  listAdapters: { params: null; result: AdapterMeta[] };
  exportAdapter: { params: { name: string }; result: Uint8Array };
  importAdapter: { params: { name: string; bytes: Uint8Array; replace: boolean; session: boolean }; result: AdapterMeta };
  renameAdapter: { params: { from: string; to: string }; result: null };
  deleteAdapter: { params: { name: string }; result: null };
}

export type Method = keyof Methods;

export type Request = { [M in Method]: { id: number; method: M; params: Methods[M]['params'] } }[Method];

export type Reply =
  | { id: number; event: AgentEvent | TextEvent | TeacherEvent }
  | { id: number; result: Methods[Method]['result'] }
  | { id: number; error: WireError };

/** An error as it crosses the worker. */
export interface WireError {
  name: string;
  code: string;
  message: string;
}
