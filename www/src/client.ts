import { AutodidactError } from './errors';
import type {
  AdapterMeta, AgentEvent, AgentReport, AskOptions, CreateOptions, Method, Methods, Reply, Task, Tool, Trace,
} from './protocol';

type OnEvent = (event: AgentEvent) => void;

interface Pending {
  resolve(result: unknown): void;
  reject(error: AutodidactError): void;
  onEvent?: OnEvent | undefined;
}

/** The agent as the page sees it: one worker, typed calls, errors with a code. */
export class AgentClient {
  readonly #worker: Worker;
  readonly #pending = new Map<number, Pending>();
  #nextId = 1;
  #closed: AutodidactError | null = null;

  constructor() {
    this.#worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
    this.#worker.onmessage = ({ data }: MessageEvent<Reply>) => this.#receive(data);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      const crashed = event.message?.includes('RuntimeError');
      this.#close(crashed ? 'AgentCrashed' : 'WorkerFailed', event.message || 'the worker could not be loaded');
    };
    this.#worker.onmessageerror = () => this.#close('WorkerFailed', 'a message of the worker could not be read');
  }

  create(options: CreateOptions, onEvent: OnEvent): Promise<AgentReport> {
    return this.#call('create', { options }, onEvent);
  }

  /** Rejects with code `AbortError` when `signal` fires. */
  async ask(task: Task, options: AskOptions, onEvent: OnEvent, signal: AbortSignal): Promise<Trace> {
    if (signal.aborted) throw new AutodidactError({ name: 'AbortError', code: 'AbortError', message: 'stopped before it began' });
    const cancel = () => void this.#call('cancel', null).catch(() => {});
    signal.addEventListener('abort', cancel, { once: true });
    try {
      return await this.#call('ask', { task, options }, onEvent);
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  }

  parseTools(json: string): Promise<Tool[]> {
    return this.#call('parseTools', { json });
  }

  listAdapters(): Promise<AdapterMeta[]> {
    return this.#call('listAdapters', null);
  }

  exportAdapter(name: string): Promise<Uint8Array> {
    return this.#call('exportAdapter', { name });
  }

  importAdapter(name: string, bytes: Uint8Array): Promise<AdapterMeta> {
    return this.#call('importAdapter', { name, bytes });
  }

  async deleteAdapter(name: string): Promise<void> {
    await this.#call('deleteAdapter', { name });
  }

  /** Ends the worker at once, whatever it is doing. Make a new client to go on. */
  dispose(): void {
    this.#close('AbortError', 'the agent was ended');
  }

  #call<M extends Method>(method: M, params: Methods[M]['params'], onEvent?: OnEvent): Promise<Methods[M]['result']> {
    return new Promise((resolve, reject) => {
      if (this.#closed) return reject(this.#closed);
      const id = this.#nextId++;
      this.#pending.set(id, { resolve: resolve as Pending['resolve'], reject, onEvent });
      this.#worker.postMessage({ id, method, params });
    });
  }

  #receive(reply: Reply): void {
    const pending = this.#pending.get(reply.id);
    if (!pending) return;
    if ('event' in reply) return pending.onEvent?.(reply.event);
    this.#pending.delete(reply.id);
    if ('error' in reply) pending.reject(new AutodidactError(reply.error));
    else pending.resolve(reply.result);
  }

  #close(code: string, message: string): void {
    if (this.#closed) return;
    this.#closed = new AutodidactError({ name: code === 'AbortError' ? code : 'AutodidactError', code, message });
    this.#worker.terminate();
    for (const { reject } of this.#pending.values()) reject(this.#closed);
    this.#pending.clear();
  }
}
