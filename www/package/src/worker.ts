/** The dedicated worker: holds the wasm agent and answers the page's calls. Nothing is computed here. */
import init, * as built from '../wasm/autodidact.js';
import { localModel } from './download.ts';
import { failure, invalid, toWireError, type WireError } from './errors.ts';
import type { AgentEvent, AgentReport } from './types.ts';
import type * as Wasm from './wasm.d.ts';
import {
  QUESTIONING, type CreateOptions, type QuestionReply, type Reply, type Request, type ToWorker, type WorkerMethods,
} from './wire.ts';

/** The package with its types, in place of the `any` that wasm-bindgen writes. */
const { Agent, parseTools } = built as unknown as typeof Wasm;

const loaded = init();
loaded.catch(() => {}); // Reported by the first call that awaits it.

let starting: Promise<Wasm.Agent> | null = null;

/** The agent, as soon as it has started. */
async function started(): Promise<Wasm.Agent> {
  // The reason why it could not start is the answer to `create`, not to the calls that wait for it.
  const agent = await starting?.catch(() => null);
  if (agent) return agent;
  throw failure('NotReady', 'the agent has not started yet');
}

/** Brings the model here, as far as its files can be checked, and makes the agent. */
async function open(options: CreateOptions, onEvent: (event: AgentEvent) => void): Promise<Wasm.Agent> {
  const { model, told, release } = await localModel(options.model, onEvent);
  try {
    return await Agent.create({ ...options, model }, (event) => {
      if (event.type !== 'download' || !told.has(event.file)) onEvent(event);
    });
  } finally {
    release();
  }
}

const own: WorkerMethods = {
  async create(options, onEvent): Promise<AgentReport> {
    starting = open(options, onEvent);
    return (await starting).report();
  },
  parseTools: (json) => parseTools(json),
};

type AnyMethods = Record<string, ((...params: unknown[]) => unknown) | undefined>;

async function call({ id, method, params, hasCallback }: Request): Promise<unknown> {
  await loaded;
  const target = (method in own ? own : await started()) as unknown as AnyMethods;
  const callback = method in QUESTIONING ? (event: unknown) => ask(id, event) : (event: unknown) => post({ id, event });
  const run = target[method];
  if (!run) throw invalid(`the agent has no method \`${method}\``);
  return run.apply(target, hasCallback ? [...params, callback] : params);
}

interface Question {
  resolve(result: unknown): void;
  reject(reason: Error): void;
}

/** The questions that the page has not answered yet. */
const questions = new Map<number, Question>();
let nextQuestion = 0;

function ask(id: number, event: unknown): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const question = nextQuestion++;
    questions.set(question, { resolve, reject });
    post({ id, event, question });
  });
}

function answer(reply: QuestionReply): void {
  const question = questions.get(reply.question);
  questions.delete(reply.question);
  if ('error' in reply) question?.reject(thrown(reply.error));
  else question?.resolve(reply.result);
}

const thrown = ({ message }: WireError) => new Error(message);

const post = (reply: Reply) => self.postMessage(reply);

// A panic inside a running call leaves its promise open and surfaces here: make it an `error` event of the worker.
self.addEventListener('unhandledrejection', ({ reason }) => {
  throw reason;
});

self.onmessage = async ({ data }: MessageEvent<ToWorker>) => {
  if ('question' in data) return answer(data);
  const { id } = data;
  try {
    post({ id, result: await call(data) });
  } catch (error) {
    post({ id, error: toWireError(error) });
  }
};
