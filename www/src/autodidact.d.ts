/** The surface of the wasm package (`www/pkg`) that the worker uses. The mock of the tests has the same. */
import type { AdapterMeta, AgentEvent, AgentReport, AskOptions, CreateOptions, Task, Tool, Trace } from './protocol';

export default function init(): Promise<unknown>;

/** @throws `{code: 'InvalidInput', message}` that names the place. */
export function parseTools(json: string): Tool[];

export class Agent {
  private constructor();
  static create(options: CreateOptions, onEvent: (event: AgentEvent) => void): Promise<Agent>;
  report(): AgentReport;
  ask(task: Task, options: AskOptions, onEvent: (event: AgentEvent) => void): Promise<Trace>;
  /** The running call rejects with code `AbortError`. */
  cancel(): void;
  listAdapters(): Promise<AdapterMeta[]>;
  /** A zip with PEFT's two files. */
  exportAdapter(name: string): Promise<Uint8Array>;
  importAdapter(name: string, bytes: Uint8Array): Promise<AdapterMeta>;
  deleteAdapter(name: string): Promise<void>;
  free(): void;
}
