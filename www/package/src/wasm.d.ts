/**
 * The surface of the wasm package (`wasm/autodidact.js`) that the worker uses. The mock of the tests has the same. A
 * method of the agent that is declared here can be called from the page with `AgentClient.call`; a callback is its last
 * parameter.
 */
import type {
  AdapterMeta, AgentEvent, AgentReport, AskOptions, BackendChoice, Completion, CompletionOptions, Dtype, ExportOptions, Feedback, ImportOptions, Lesson,
  Pair, Synthesis, Task, Taught, TeacherRequest, Tool, ToolCall, Trace,
} from './types.ts';

/** A model as Rust fetches it. */
export type AddressedModel = string | { name: string; files: Record<string, string> };

export interface CreateOptions {
  model: AddressedModel;
  backend?: BackendChoice;
  dtype?: Dtype;
  /** Accept a GPU that is emulated in software. For tests. */
  forceSoftwareGpu?: boolean;
  /** Name of the IndexedDB database that keeps adapters. */
  store?: string;
}

type OnEvent = (event: AgentEvent) => void;

export default function init(): Promise<unknown>;

/** @throws `{code: 'InvalidInput', message}` that names the place. */
export function parseTools(json: string): Tool[];

export class Agent {
  private constructor();
  static create(options: CreateOptions, onEvent: OnEvent): Promise<Agent>;
  report(): AgentReport;
  ask(task: Task, options: AskOptions, onEvent: OnEvent): Promise<Trace>;
  /** Continues a dialogue; nothing is learned. */
  complete(task: Task, options: CompletionOptions, onText: (text: string) => void): Promise<Completion>;
  synthesize(task: Task, options: AskOptions, onEvent: OnEvent): Promise<Synthesis>;
  /** `complete` gives the teacher's text. */
  distill(task: Task, options: AskOptions, complete: (request: TeacherRequest) => Promise<string>): Promise<Synthesis>;
  adapt(task: Task, pairs: Pair[], options: AskOptions, onEvent: OnEvent): Promise<AdapterMeta>;
  feedback(task: Task, feedback: Feedback, options: AskOptions, onEvent: OnEvent): Promise<Taught>;
  /** Keeps right calls as a lesson, without training. */
  teach(task: Task, calls: ToolCall[], options: AskOptions): Promise<Taught>;
  /** What people taught for a menu. */
  lessons(tools: Tool[], options: AskOptions): Promise<Lesson[]>;
  /** Removes what a person taught about the request of a task. */
  forgetLesson(task: Task, options: AskOptions, onEvent: OnEvent): Promise<Taught>;
  unlearn(name: string, lesson: number, options: AskOptions, onEvent: OnEvent): Promise<Taught>;
  /** The version before, or null. */
  rollBack(cluster: string): Promise<string | null>;
  forget(cluster: string): Promise<void>;
  /** The running call rejects with code `AbortError`. */
  cancel(): void;
  listAdapters(): Promise<AdapterMeta[]>;
  /** A zip with PEFT's two files, or a GGUF file. */
  exportAdapter(name: string, options: ExportOptions): Promise<Uint8Array>;
  importAdapter(name: string, zip: Uint8Array, options: ImportOptions): Promise<AdapterMeta>;
  renameAdapter(from: string, to: string): Promise<void>;
  deleteAdapter(name: string): Promise<void>;
  free(): void;
}
