import { AutodidactError } from './errors.ts';
import type {
  AdapterMeta, AgentEvent, AgentReport, AskOptions, Completion, CompletionOptions, CreateOptions, Feedback, Method, Methods, Pair, Reply,
  Synthesis, Task, Taught, TeacherEvent, TeacherRequest, TextEvent, Tool, Trace,
} from './protocol.ts';

type OnEvent = (event: AgentEvent) => void;

interface Pending {
  resolve(result: unknown): void;
  reject(error: AutodidactError): void;
  onEvent?: ((event: AgentEvent | TextEvent | TeacherEvent) => void) | undefined;
}

/** The worker of this package. */
export const createWorker = (): Worker => new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });

/** One worker with an agent: typed calls, errors with a code. */
export class AgentClient {
  readonly #worker: Worker;
  readonly #pending = new Map<number, Pending>();
  #nextId = 1;
  #closed: AutodidactError | null = null;

  constructor(worker: Worker = createWorker()) {
    this.#worker = worker;
    this.#worker.onmessage = ({ data }: MessageEvent<Reply>) => this.#receive(data);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      const crashed = event.message?.includes('RuntimeError');
      this.#close(crashed ? 'AgentCrashed' : 'WorkerFailed', event.message || 'the worker could not be loaded');
    };
    this.#worker.onmessageerror = () => this.#close('WorkerFailed', 'a message of the worker could not be read');
  }

  create(options: CreateOptions, onEvent: OnEvent): Promise<AgentReport> {
    return this.#call('create', { options }, onEvent as Pending['onEvent']);
  }

  /** The calls below reject with code `AbortError` when `signal` fires. */
  ask(task: Task, options: AskOptions, onEvent: OnEvent, signal?: AbortSignal): Promise<Trace> {
    return this.#cancellable('ask', { task, options }, onEvent, signal);
  }

  complete(task: Task, options: CompletionOptions, onText: (text: string) => void, signal?: AbortSignal): Promise<Completion> {
    const onEvent = (event: TextEvent) => {
      if (event.type === 'text') onText(event.text);
    };
    return this.#cancellable('complete', { task, options }, onEvent, signal);
  }

  synthesize(task: Task, options: AskOptions, onEvent: OnEvent, signal?: AbortSignal): Promise<Synthesis> {
    return this.#cancellable('synthesize', { task, options }, onEvent, signal);
  }

  adapt(task: Task, pairs: Pair[], options: AskOptions, onEvent: OnEvent, signal?: AbortSignal): Promise<AdapterMeta> {
    return this.#cancellable('adapt', { task, pairs, options }, onEvent, signal);
  }

  feedback(task: Task, feedback: Feedback, options: AskOptions, onEvent: OnEvent, signal?: AbortSignal): Promise<Taught> {
    return this.#cancellable('feedback', { task, feedback, options }, onEvent, signal);
  }

  unlearn(name: string, lesson: number, options: AskOptions, onEvent: OnEvent, signal?: AbortSignal): Promise<Taught> {
    return this.#cancellable('unlearn', { name, lesson, options }, onEvent, signal);
  }

  /** `complete` gives the teacher's text for a request. */
  distill(
    task: Task, options: AskOptions, complete: (request: TeacherRequest) => Promise<string>, signal?: AbortSignal,
  ): Promise<Synthesis> {
    const onEvent = ({ question, request }: TeacherEvent) => {
      const reply = (answer: { text?: string; error?: string }) => void this.#call('teacherReply', { question, ...answer }).catch(() => {});
      complete(request).then((text) => reply({ text }), (reason: unknown) => reply({ error: AutodidactError.from(reason).message }));
    };
    return this.#cancellable('distill', { task, options }, onEvent, signal);
  }

  rollBack(cluster: string): Promise<string | null> {
    return this.#call('rollBack', { cluster });
  }

  async forget(cluster: string): Promise<void> {
    await this.#call('forget', { cluster });
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

  importAdapter(name: string, bytes: Uint8Array, replace: boolean, session: boolean): Promise<AdapterMeta> {
    return this.#call('importAdapter', { name, bytes, replace, session });
  }

  async renameAdapter(from: string, to: string): Promise<void> {
    await this.#call('renameAdapter', { from, to });
  }

  async deleteAdapter(name: string): Promise<void> {
    await this.#call('deleteAdapter', { name });
  }

  /** Ends the worker at once, whatever it is doing. Make a new client to go on. */
  dispose(): void {
    this.#close('AbortError', 'the agent was ended');
  }

  async #cancellable<M extends Method>(
    method: M, params: Methods[M]['params'], onEvent: (event: never) => void, signal?: AbortSignal,
  ): Promise<Methods[M]['result']> {
    if (signal?.aborted) throw new AutodidactError({ name: 'AbortError', code: 'AbortError', message: 'stopped before it began' });
    const cancel = () => void this.#call('cancel', null).catch(() => {});
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      return await this.#call(method, params, onEvent as Pending['onEvent']);
    } finally {
      signal?.removeEventListener('abort', cancel);
    }
  }

  #call<M extends Method>(method: M, params: Methods[M]['params'], onEvent?: Pending['onEvent']): Promise<Methods[M]['result']> {
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
