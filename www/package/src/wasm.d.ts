/** The surface of the wasm package (`wasm/autodidact.js`) that the worker uses. The mock of the tests has the same. */
import type {
  AdapterMeta, AddressedModel, AgentEvent, AgentReport, AskOptions, Completion, CompletionOptions, CreateOptions, Pair, Synthesis, Task, Tool, Trace,
} from './protocol.ts';

export default function init(): Promise<unknown>;

/** @throws `{code: 'InvalidInput', message}` that names the place. */
export function parseTools(json: string): Tool[];

type OnEvent = (event: AgentEvent) => void;

export class Agent {
  private constructor();
  static create(options: CreateOptions & { model: AddressedModel }, onEvent: OnEvent): Promise<Agent>;
  report(): AgentReport;
  ask(task: Task, options: AskOptions, onEvent: OnEvent): Promise<Trace>;
  /** Continues a dialogue; nothing is learned. */
  complete(task: Task, options: CompletionOptions, onText: (text: string) => void): Promise<Completion>;
  synthesize(task: Task, options: AskOptions, onEvent: OnEvent): Promise<Synthesis>;
  adapt(task: Task, pairs: Pair[], options: AskOptions, onEvent: OnEvent): Promise<AdapterMeta>;
  /** `complete` gives the teacher's text. */
  distill(task: Task, options: AskOptions, complete: (request: TeacherRequest) => Promise<string>): Promise<Synthesis>;
  feedback(task: Task, feedback: Feedback, options: AskOptions, onEvent: OnEvent): Promise<Taught>;
  unlearn(name: string, lesson: number, options: AskOptions, onEvent: OnEvent): Promise<Taught>;
  /** The version before, or null. */
  rollBack(cluster: string): Promise<string | null>;
  forget(cluster: string): Promise<void>;
  /** The running call rejects with code `AbortError`. */
  cancel(): void;
  listAdapters(): Promise<AdapterMeta[]>;
  /** A zip with PEFT's two files. */
  exportAdapter(name: string): Promise<Uint8Array>;
  importAdapter(name: string, bytes: Uint8Array, replace: boolean, session: boolean): Promise<AdapterMeta>;
  renameAdapter(from: string, to: string): Promise<void>;
  deleteAdapter(name: string): Promise<void>;
  free(): void;
}
