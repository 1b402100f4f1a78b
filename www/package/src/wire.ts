/**
 * The messages between the page and its worker. A call is a method with its parameters; no method has a message of its
 * own.
 */
import type { WireError } from './errors.ts';
import type { AgentEvent, AgentReport, ModelSource, Tool } from './types.ts';
import type * as Wasm from './wasm.d.ts';

export type CreateOptions = Omit<Wasm.CreateOptions, 'model'> & { model: ModelSource };

/** What the worker does itself, before there is an agent. */
export interface WorkerMethods {
  /** Brings the model into the worker and makes the agent. */
  create(options: CreateOptions, onEvent: (event: AgentEvent) => void): Promise<AgentReport>;
  parseTools(json: string): Tool[];
}

/** All that the page may call. */
export type Methods = WorkerMethods & Omit<Wasm.Agent, 'free' | 'report'>;
export type Method = keyof Methods;
export type Params<M extends Method> = Parameters<Methods[M]>;
export type Result<M extends Method> = Awaited<ReturnType<Methods[M]>>;

/** The last of some parameters; where there is none, something that is no function. */
type Last<P extends unknown[]> = P extends [...unknown[], infer L] ? L : null;

/**
 * Methods whose callback gives a promise: it is a question, and the worker waits for the answer. Other callbacks are
 * only told.
 */
export type Questioning = {
  [M in Method]: Last<Params<M>> extends (event: never) => Promise<unknown> ? M : never;
}[Method];
export const QUESTIONING: Record<Questioning, true> = { distill: true };

/** `params` are without the callback, which cannot cross; `hasCallback` says that there is one. */
export interface Request {
  id: number;
  method: Method;
  params: unknown[];
  hasCallback: boolean;
}

/** The answer of the page to a question. */
export type QuestionReply = { question: number; result: unknown } | { question: number; error: WireError };

export type ToWorker = Request | QuestionReply;

export type Reply =
  | { id: number; result: unknown }
  | { id: number; error: WireError }
  /** The callback is called with `event`; where there is a `question`, the page answers it. */
  | { id: number; event: unknown; question?: number };
