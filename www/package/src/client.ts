import { aborted, AutodidactError, failure, isOutOfMemory, toWireError, type ErrorCode } from './errors.ts';
import type { Method, Params, Reply, Result, ToWorker } from './wire.ts';

/** Called by the worker with each event, or with a question whose answer the worker waits for. */
type Callback = (event: unknown) => unknown;

interface Pending {
  resolve(result: unknown): void;
  reject(error: AutodidactError): void;
  callback: Callback | undefined;
}

/** The code for what a worker ended with. */
function codeOf(message: string): ErrorCode {
  if (isOutOfMemory(message)) return 'OutOfMemory';
  return message.includes('RuntimeError') ? 'AgentCrashed' : 'WorkerFailed';
}

/** The worker of this package. */
export const createWorker = (): Worker => new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });

/** One worker with an agent: typed calls of the agent's methods, and errors with a code. */
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
      this.#close(codeOf(event.message ?? ''), event.message || 'the worker could not be loaded');
    };
    this.#worker.onmessageerror = () => this.#close('WorkerFailed', 'a message of the worker could not be read');
  }

  /** Calls a method of the agent. When `signal` fires, the call rejects with code `AbortError`. */
  async call<M extends Method>(method: M, params: Params<M>, signal?: AbortSignal): Promise<Result<M>> {
    if (signal?.aborted) throw aborted('stopped before it began');
    const cancel = () => void this.#send('cancel', []).catch(() => {});
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      return (await this.#send(method, params)) as Result<M>;
    } finally {
      signal?.removeEventListener('abort', cancel);
    }
  }

  /** Ends the worker at once, whatever it is doing. Make a new client to go on. */
  dispose(): void {
    this.#close('AbortError', 'the agent was ended');
  }

  #send(method: Method, params: unknown[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#closed) return reject(this.#closed);
      const id = this.#nextId++;
      const last = params.at(-1);
      const callback = typeof last === 'function' ? (last as Callback) : undefined;
      this.#pending.set(id, { resolve, reject, callback });
      this.#post({ id, method, params: callback ? params.slice(0, -1) : params, hasCallback: callback !== undefined });
    });
  }

  #receive(reply: Reply): void {
    const pending = this.#pending.get(reply.id);
    if (!pending) return;
    if ('event' in reply) return this.#callBack(pending, reply.event, reply.question);
    this.#pending.delete(reply.id);
    if ('error' in reply) {
      pending.reject(new AutodidactError(reply.error));
      // What was under way when the memory ended is in no state to go on.
      if (reply.error.code === 'OutOfMemory') this.#close('OutOfMemory', reply.error.message);
    } else {
      pending.resolve(reply.result);
    }
  }

  #callBack({ callback }: Pending, event: unknown, question: number | undefined): void {
    if (question === undefined) return void callback?.(event);
    Promise.resolve(event).then(callback).then(
      (result) => this.#post({ question, result }),
      (reason: unknown) => this.#post({ question, error: toWireError(reason) }),
    );
  }

  #post(message: ToWorker): void {
    this.#worker.postMessage(message);
  }

  #close(code: ErrorCode, message: string): void {
    if (this.#closed) return;
    this.#closed = failure(code, message);
    this.#worker.terminate();
    for (const { reject } of this.#pending.values()) reject(this.#closed);
    this.#pending.clear();
  }
}
