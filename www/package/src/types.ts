/**
 * The public types of the agent. Each interface that has a struct of the same name in Rust has the same fields as that
 * struct, in camelCase; a test in Rust compares them, so each member stands on a line of its own. Every number is
 * computed in Rust.
 */

// ---- Tasks ----

/** A function that the agent may call, as in OpenAI's `tools` (the part under `function`). */
export interface Tool {
  name: string;
  description: string;
  /** JSON Schema of the arguments. */
  parameters: ToolSchema;
  /** The effects of the tool, as MCP states them. */
  annotations?: Annotations;
}

/** What the maker of a tool says of its effects. Hints, not promises. */
export interface Annotations {
  /** It changes nothing. */
  readOnlyHint?: boolean;
  /** It may delete or overwrite something. */
  destructiveHint?: boolean;
  /** Calling it again with the same arguments changes nothing more. */
  idempotentHint?: boolean;
}

/** JSON Schema of an object. Other keywords (`additionalProperties`, `$defs`, `anyOf` …) are read too. */
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

/** A query with its calls: the agent writes such pairs, and trains on them. */
export interface Pair {
  query: string;
  /** Empty where no tool fits. */
  calls: ToolCall[];
}

/** A turn of a dialogue. The names are OpenAI's. */
export interface Message {
  role: 'system' | 'user' | 'assistant' | 'tool';
  content: string;
  /** The calls that the assistant made in this turn. */
  tool_calls?: ToolCall[];
  /** Of the tool whose result this is; where it is absent, that of the call that it answers. */
  name?: string;
  /** The call that this is the result of, in the words of the caller. */
  tool_call_id?: string;
}

/** A query with the tools that may be called. */
export interface Query {
  query: string;
  tools: Tool[];
}

/** A dialogue that ends on the user's query, with the tools that may be called. */
export interface Dialogue {
  messages: Message[];
  tools: Tool[];
}

/** The agent's input. */
export type Task = Query | Dialogue;

/** A task as people write it. */
export type Asked = string | { messages: Message[] };

// ---- Model and backend ----

export type BackendChoice = 'auto' | 'webgpu' | 'cpu';

/**
 * How weights are held in memory: as in the file (quantized ones of GGUF files stay so, others are 32-bit floats), as 32-bit
 * floats, or rounded to eight or four bits while they are read.
 */
export type Dtype = 'auto' | 'f32' | 'q8' | 'q4';

/**
 * A Hugging Face model: the address of its directory; or the address of each file (bundlers rename files), with its
 * size and hash where they are known; or its id on a hub. In place of a directory, a file whose name ends in `.gguf`. Files with a known hash are checked, kept in the browser, and
 * resumed where they stopped.
 */
export type ModelSource = string | { name: string; files: Record<string, string | RemoteFile> } | HubModel;

export interface RemoteFile {
  url: string;
  bytes?: number;
  /** Hexadecimal digits. */
  sha256?: string;
}

export interface HubModel {
  /** `organization/name`. */
  hub: string;
  /** A GGUF file of the repository, or the first part of a split one; the directory's own weights when absent. */
  file?: string;
  /** A branch, a tag or a commit; `main` when absent. */
  revision?: string;
  /** `https://huggingface.co` when absent. */
  endpoint?: string;
}

export interface BackendReport {
  kind: 'webgpu' | 'cpu';
  /** Name of the GPU or of the CPU backend. */
  adapter: string;
  /** The GPU is emulated in software. */
  software: boolean;
  /** Why this backend was chosen. */
  reason: string;
  /** Absent on the CPU, which is what a GPU is compared with. */
  selfTest?: SelfTest;
}

/** A GPU compared with the CPU on a small model. */
export interface SelfTest {
  /** Largest absolute difference of logits and gradients. */
  maxDifference: number;
  tolerance: number;
}

/** What a model is apart from the numbers of its weights. */
export interface ModelIdentity {
  /** `model_type` of the configuration. */
  architecture: string;
  /** Layers, widths and heads. */
  shape: string;
  /** First 16 hexadecimal digits of the SHA-256 over the tokens by their ids. */
  tokenizer: string;
  /** What the files say the model is called; empty where they say nothing. */
  source: string;
  /** Element types of the weights in the file, such as `F16` or `F32+Q4_1+Q8_0`. */
  storedAs: string;
}

export interface ModelReport {
  name: string;
  /** `model_type` of the configuration. */
  family: string;
  /** Number of weights. */
  parameters: number;
  /** Longest sequence, in tokens. */
  context: number;
  vocab: number;
  fingerprint: string;
  /** Which model the weights are of. */
  identity: ModelIdentity;
  /** Bytes of the weight files. */
  bytes: number;
}

export interface AgentReport {
  backend: BackendReport;
  model: ModelReport;
}

// ---- Options of a question ----

/**
 * When to learn from a task.
 *
 * - `never`: the trace still says whether the agent is unsure (by 0.95), and it still searches when it is.
 * - `{ below }`: when the certainty is below this number in (0, 1].
 * - `{ share }`: from this share of the tasks, in [0, 1], the least certain ones. The threshold comes from the last 64
 *   tasks; until the ninth task it is 0.95.
 * - `always`: from every task.
 */
export type Learn = 'never' | 'always' | { below: number } | { share: number };

/** How a question is treated. Absent fields have the defaults of Rust. */
export interface AskOptions {
  /** The number by which the agent decides whether it is sure; `perplexity` (of its answer) when absent. */
  estimator?: Estimator;
  /**
   * Decide whether to act, to ask back or to decline, and execute calls only when the decision is to act; true when
   * absent. With false the calls of the answer are executed, whatever they are.
   */
  decide?: boolean;
  /** What the page knows beside the request; nothing when absent. */
  facts?: Facts;
  /** When to learn; `{ below: 0.95 }` when absent. */
  learn?: Learn;
  /**
   * When unsure, answer with other probable tools too; true when absent. The most probable of those answers whose
   * values occur in the dialogue stands, and when it is sure, nothing is learned.
   */
  search?: boolean;
  /**
   * Orders of the menu in which the agent asks itself when it is unsure, the given one included, from 1 to 16; 1 when
   * absent. The surest answer stands, and when it is sure, nothing is learned.
   */
  orders?: number;
  /** Score the candidates even when the agent is sure without them, so that they can be shown. */
  candidates?: boolean;
  /** Keep the adapter under this name. */
  keep?: string;
  /** `keep` may replace an adapter of that name. */
  replace?: boolean;
  /** Start from this stored adapter, or from what the memory has in its place. */
  adapter?: string;
  /** What outlives the task without a name. Not together with `keep`. */
  memory?: MemoryOptions;
  /** Learn from these pairs instead of writing some. */
  examples?: Pair[];
  /** Who wrote `examples`; `user` when absent. */
  examplesFrom?: LessonSource;
  /** Before training, answer with the examples in the context; that answer stands when it is sure. */
  contextFirst?: boolean;
  /** Seconds after the first answer within which training may begin. */
  learnWithin?: number;
  seed?: number;
  /** Longest answer, in tokens. */
  maxAnswerTokens?: number;
  /** Only calls that fit the schemas of the tools can be written; true when absent. */
  constrained?: boolean;
  /**
   * Use what was learned only if an example that was held back became likelier, and the last sure answers stayed the
   * same. Otherwise the first answer stands and nothing is kept.
   */
  gate?: boolean;
  score?: ScoreConfig;
  synthesis?: SynthesisConfig;
  adaptation?: AdaptationConfig;
  /** Decide and search by `learn` as usual, but stop before any example is written. */
  dryRun?: boolean;
}

/**
 * Facts of the system. "Tomorrow" is a date by them, and models that read instructions see them at the start of the
 * user's turn.
 */
export interface Facts {
  /** The local date and time, `2026-11-29T14:05`. */
  now?: string;
  /** The user's language and country, `en-GB`. */
  locale?: string;
  /** Where the user is, in words. */
  place?: string;
}

/** The number by which the agent decides whether it is sure. */
export type Estimator = 'margin' | 'max-probability' | 'entropy' | 'perplexity';

/** How long what was learned lives: as long as the task, as long as the agent, or in this browser. */
export type MemoryMode = 'reset' | 'session' | 'keep';

/** What passes the gate is found again for tasks that are worded alike over the same tools. */
export interface MemoryOptions {
  mode: MemoryMode;
  /** Queries are alike from this similarity on, in [0, 1]; 0.75 when absent. */
  similarity?: number;
  /** Bytes that the memory may use; the adapters used longest ago make room. 32 MiB when absent. */
  budgetBytes?: number;
  /** Versions of a cluster that are kept; 3 when absent. */
  versions?: number;
}

/** How the candidates are scored. */
export interface ScoreConfig {
  /** When "no call" is a candidate too; `when-alone` (with a single tool) when absent. */
  noCall?: 'when-alone' | 'always';
  /** How the log-probabilities of a name's tokens become one number; `sum` when absent. */
  reduction?: 'sum' | 'mean';
}

/** How examples are written. */
export interface SynthesisConfig {
  /** Examples to write, from 1 to 64; 1 when absent. */
  pairs?: number;
  /** Attempts for each of them, from 1 to 64; 4 when absent. */
  tries?: number;
  temperature?: number;
  /** Share of the probability that is sampled from, in (0, 1]. */
  topP?: number;
  /** Longest example, in tokens. */
  maxTokens?: number;
  checks?: Checks;
  /** In a question, `constrained` of the question holds instead. */
  constrained?: boolean;
  /** Examples call only tools that the first answer calls; true when absent. */
  sameTools?: boolean;
  /** Asked the query of an example, the model must answer with its calls; false when absent. */
  agreement?: boolean;
}

/** Checks that an example must pass; all are on when absent. */
export interface Checks {
  /** The arguments fit the schema. */
  schema?: boolean;
  /** Each value occurs in the query. */
  grounded?: boolean;
  /** It copies neither the task nor an earlier example. */
  new?: boolean;
  /** No two arguments of a call have the same value. */
  distinct?: boolean;
  /** A person could have written the query: no call, no refusal, nothing over and over, in the language of the task. */
  natural?: boolean;
}

/** How the adapter is trained. */
export interface AdaptationConfig {
  lora?: LoraConfig;
  /** Peak learning rate, in (0, 1]. */
  learningRate?: number;
  /** Passes over the examples. */
  epochs?: number;
  /** Examples per step. */
  batch?: number;
  /** Steps in all; overrides `epochs`. */
  steps?: number | null;
  /** Share of the steps with a rising learning rate, in [0, 1]. */
  warmupRatio?: number;
  /** Shape of the learning rate after the warm-up. */
  decay?: Decay;
  weightDecay?: number;
  /** Gradients are scaled down to this norm; null leaves them as they are. */
  maxNorm?: number | null;
  /**
   * The adapter is at work from the user's turn on (activated LoRA): the menu is then read once for the question, all
   * training steps and the second answer.
   */
  activated?: boolean;
  /** Precision of the products, for programs outside of a browser: a tab trains in f32, and refuses 'mixed'. */
  precision?: 'auto' | 'full' | 'mixed';
}

export type Decay = 'cosine' | 'constant' | { stable: { share: number; rootFrom: number } };

/** Shape of an adapter. */
export interface LoraConfig {
  rank?: number;
  /** The update is scaled by `alpha / rank`. */
  alpha?: number;
  /** Names of the adapted modules, such as `q_proj`. */
  targets?: string[];
}

// ---- Completions ----

/**
 * The text that may be written: calls that fit their schemas, or a text; only calls; any text; JSON that fits a schema.
 */
export type CompletionForm = 'answer' | 'calls' | 'free' | { json: object | boolean };

export interface CompletionOptions {
  form?: CompletionForm;
  /** 0, the default, always takes the most probable token. */
  temperature?: number;
  /** Keep the k most probable tokens; 0, the default, keeps all. */
  topK?: number;
  /** Share of the probability that is sampled from, in (0, 1]. */
  topP?: number;
  seed?: number;
  /** Longest text, in tokens. */
  maxTokens?: number;
  /** Most calls. */
  maxCalls?: number;
  /** The text is cut before the first of these. */
  stop?: string[];
  /** Apply this stored adapter. */
  adapter?: string;
}

export interface Completion {
  answer: Answer;
  promptTokens: number;
  /** Those of them that were known from an earlier prompt, and not computed again. */
  knownTokens: number;
  completionTokens: number;
  /** The text was cut at `maxTokens`. */
  cut: boolean;
  prefillSeconds: number;
  decodeSeconds: number;
}

// ---- The trace of a task ----

/** All that happened for one task. */
export interface Trace {
  backend: string;
  model: string;
  uncertainty: ScoreReport;
  /** Null when no examples were written. */
  synthesis: Synthesis | null;
  /** Null when nothing was trained. */
  training: TrainingReport | null;
  /** The answer before learning. */
  baseAnswer: Answer;
  /** The answer that stands. */
  answer: Answer;
  /** How the answer ends. Only the calls of `act` are executed. */
  decision: Decision;
  /** The numbers behind the decision; absent without `decide`. */
  judgement?: JudgementReport;
  /** What a person taught that decided; absent where nothing did. */
  lesson?: LessonUse;
  /** The answer that stands was given after learning. */
  adapted: boolean;
  /** The adapter that was found in the memory; it was used where `gate.passed`. */
  recalled?: Recalled;
  /** Absent when no other tools were tried. */
  search?: SearchReport;
  /** Absent when no other orders of the menu were tried. */
  orders?: OrdersReport;
  /** Absent when the agent did not answer with the examples in the context. */
  context?: ContextReport;
  /** Absent when the gate was not asked, or nothing was learned. */
  gate?: GateReport;
  /** The margin of the task after learning; absent when nothing was learned or kept by name. */
  marginAfter?: number;
  /** Seconds by stage, such as `answer_again`. */
  seconds: Record<string, number>;
  /** The base weights are unchanged, which was checked. */
  restored: boolean;
  /** Name under which the adapter was kept. */
  stored: string | null;
  /** Tools of the menu that could not be used; absent when there was none. */
  leftOut?: LeftOut[];
  note: string | null;
}

/**
 * How an answer ends: the calls are executed; the user is asked; or no tool of the menu fits, and the model's text, if
 * it wrote one, is the answer.
 */
export type Decision =
  | { kind: 'act'; calls: ToolCall[] }
  | { kind: 'clarify'; question: Question }
  | { kind: 'decline' };

/** The lesson that decided an answer. */
export interface LessonUse {
  /** The request that a person taught. */
  query: string;
  /** The request is that one, word for word; else it differs in the values. */
  exact: boolean;
}

/** What the user is asked. */
export interface Question {
  text: string;
  /** The tool that is meant, with the arguments that are known; absent where that is the question. */
  call?: ToolCall;
  /** The arguments that are missing; absent when there are none. */
  gaps?: Gap[];
  /** Calls of which one may be meant, the most probable first; absent when there are none. */
  proposals?: Proposal[];
}

/** Calls that may be meant, with a question that they would be a "yes" to. */
export interface Proposal {
  text: string;
  calls: ToolCall[];
}

/** An argument without a value; `said` are the words of the request that cannot be its value. */
export interface Gap {
  argument: string;
  why: 'missing' | 'out-of-range' | 'not-allowed' | 'other-unit';
  said?: string;
}

/** The numbers behind a decision. */
export interface JudgementReport {
  /** How sure the agent is that its calls are right, in [0, 1]. */
  certainty: number;
  /** How sure it is that a tool of the menu fits, in [0, 1]. */
  fits: number;
  /** What both were computed from, each about 0 to 1. */
  features: Record<string, number>;
}

/** A tool whose schema cannot be read. */
export interface LeftOut {
  tool: string;
  reason: string;
}

/** How sure the agent is. */
export interface ScoreReport {
  estimator: Estimator;
  /** How sure the agent is by the estimator, in [0, 1]. */
  certainty: number;
  /** The certainty is compared with it. */
  threshold: number;
  unsure: boolean;
  /**
   * Lead of the best candidate over the second, in [0, 1]; null, like the next two, where the candidates were not
   * scored.
   */
  margin: number | null;
  maxProbability: number | null;
  /** In nats. */
  entropy: number | null;
  perplexity: number | null;
  /** In the order of the menu. */
  candidates: Candidate[];
}

export interface Candidate {
  /** A tool of the menu, or null for "no call". */
  name: string | null;
  logProb: number;
  /** Relative to the other candidates, in [0, 1]. */
  probability: number;
}

export interface Answer {
  /** As the model wrote it. */
  text: string;
  calls: ToolCall[];
  /** Why the calls could not be read, or do not fit the menu. */
  error?: string;
}

/** The examples that the agent wrote. */
export interface Synthesis {
  requested: number;
  valid: number;
  /** Number of rejected examples by reason. */
  rejected: Record<string, number>;
  pairs: Pair[];
}

export interface TrainingReport {
  steps: number;
  /** Loss before each step. */
  losses: number[];
  /** Trained numbers. */
  parameters: number;
  /** Tokens seen, prompts included. */
  tokens: number;
}

/** The gate's view of an update. */
export interface GateReport {
  /** Mean log-probability of the held-back example's tokens; null where no further example was valid. */
  before: number | null;
  /** The same after learning. */
  after: number | null;
  /** Sure answers that were asked for again. */
  canaries: number;
  /** Those of them that differ now. */
  changed: number;
  passed: boolean;
}

/** An adapter of the memory that was found for a task. */
export interface Recalled {
  name: string;
  cluster: string;
  version: number;
  similarity: number;
  gate: GateReport;
}

/** The answers with other tools. */
export interface SearchReport {
  /** Tools whose calls were begun, the most probable one first. */
  tried: string[];
  /** The tool whose calls stand; null where the first answer does. */
  tool: string | null;
  certainty: number;
  /** It is so sure that nothing was learned. */
  accepted: boolean;
}

/** The answers to other orders of the menu. */
export interface OrdersReport {
  /** Orders that were tried, the given one included. */
  asked: number;
  /** The order of the surest answer; 0 is the given one. */
  chosen: number;
  certainty: number;
  /** It is so sure that nothing was learned. */
  accepted: boolean;
  /** The tools in that order. */
  menu: string[];
}

/** The answer with the examples in the context. */
export interface ContextReport {
  answer: Answer;
  certainty: number;
  /** It stands. */
  accepted: boolean;
}

// ---- The user and others as teachers ----

/** The user's verdict on an answer: these calls are right (none: no tool fits), or the answer is wrong. */
export type Feedback = { verdict: 'right'; calls: ToolCall[] } | { verdict: 'wrong' };

/** The outcome of a user's feedback. */
export interface Taught {
  /** The lesson that holds from now on; null when none was kept. */
  lesson: Lesson | null;
  /** Requests whose lessons were removed. */
  forgotten: string[];
  /** The adapter that holds the lesson; null when nothing was kept. */
  adapter: AdapterMeta | null;
  training: TrainingReport | null;
  gate: GateReport | null;
  /** Name of the adapter that was taken back. */
  rolledBack: string | null;
  note: string | null;
}

/** A request to a teacher. Nothing else would leave the tab. */
export interface TeacherRequest {
  prompt: string;
  temperature: number;
  topP: number;
  maxTokens: number;
  seed: number;
}

// ---- Stored adapters ----

export interface AdapterMeta {
  name: string;
  /** Fingerprint of the base weights that it was trained on; empty when unknown. */
  baseFingerprint: string;
  /** Which model those weights are of; left out when unknown. */
  baseIdentity?: ModelIdentity;
  createdMs: number;
  bytes: number;
  sha256: string;
  rank: number;
  alpha: number;
  targets: string[];
  /** The task that it was learned from; empty when unknown. */
  task: string;
  pairs: number;
  steps: number;
  marginBefore: number | null;
  marginAfter: number | null;
  /** The examples that it was learned from; absent when unknown. */
  lessons?: Lesson[];
  /** Its place in the memory; absent for one that is applied by its name alone. */
  memory?: MemoryMeta;
  /** It lives as long as the agent, and is stored nowhere. */
  session?: boolean;
}

/** The place of an adapter in the memory. */
export interface MemoryMeta {
  cluster: string;
  version: number;
  /** Fingerprint of the tools. */
  menu: string;
  tools: Tool[];
  heldBack: Pair | null;
  usedMs: number;
  uses: number;
}

/** An example that was learned. */
export interface Lesson {
  query: string;
  calls: ToolCall[];
  source: LessonSource;
  createdMs: number;
}

/** Who wrote an example. */
export type LessonSource = 'synthetic' | 'teacher' | 'user';

/** Which file an adapter becomes: a zip that unpacks to a PEFT directory, or a GGUF file for llama.cpp. */
export type ExportFormat = 'peft' | 'gguf';

/** The type of the numbers of a file: of 32 bits, or of 16 bits with eleven significant ones. */
export type FloatType = 'f32' | 'f16';

export interface ExportOptions {
  /** Which file it becomes; `'peft'` unless told otherwise. */
  format?: ExportFormat;
  /** The type of its numbers. Without one nothing is lost: a zip has them as they are stored, a GGUF file in f32. */
  dtype?: FloatType | null;
}

export interface ImportOptions {
  /** Replace an adapter of that name; otherwise a name that is taken is refused. */
  replace?: boolean;
  /** Store it nowhere: it lives as long as the agent, such as an adapter that a page ships with. */
  session?: boolean;
}

// ---- Events ----

export type Phase =
  | 'load' | 'self-test' | 'recall' | 'score' | 'answer' | 'decide' | 'search' | 'reorder' | 'synthesize' | 'answer-in-context' | 'train'
  | 'gate' | 'answer-again' | 'store' | 'restore';

/**
 * The answer that an event belongs to: the first one, the one with the tool that model and words mean together, the most probable one over several tools, the surest one over
 * several orders of the menu, the one with the examples in the context, or the one after training.
 */
export type AnswerKind = 'base' | 'joined' | 'searched' | 'reordered' | 'context' | 'adapted';

export interface TrainEvent {
  /** Counted from 1. */
  step: number;
  total: number;
  loss: number;
  learningRate: number;
  /** Before clipping. */
  gradientNorm: number;
  tokensPerSecond: number;
  etaSeconds: number;
}

export type AgentEvent =
  /** `total` is 0 when it is not known (a compressed transfer). */
  | { type: 'download'; file: string; loaded: number; total: number }
  | { type: 'backend'; report: BackendReport }
  | { type: 'phase'; phase: Phase }
  | { type: 'score'; uncertainty: ScoreReport }
  /** `text` is the piece that was added. */
  | { type: 'token'; answer: AnswerKind; text: string }
  | { type: 'answer'; answer: AnswerKind; result: Answer }
  | { type: 'decision'; decision: Decision }
  | { type: 'pair'; pair: Pair; valid: boolean; reason?: string }
  | ({ type: 'train' } & TrainEvent);
