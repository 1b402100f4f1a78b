/** The dedicated worker: holds the wasm agent and answers the page's messages. Nothing is computed here. */
import init, * as built from '../wasm/autodidact.js';
import { localModel } from './download.ts';
import { AutodidactError, toWireError } from './errors.ts';
import type * as Wasm from './wasm.d.ts';
import type { AgentEvent, CreateOptions, Method, Methods, Reply, Request, TeacherEvent, TextEvent } from './protocol.ts';

const loaded = init();
loaded.catch(() => {}); // Reported by the first call that awaits it.

let agent: Agent | null = null;
let starting: Promise<Agent> | null = null;

/** The agent, as soon as it has started. */
async function started(): Promise<Agent> {
  // Why it could not start is the answer to `create`, not to the calls that wait for it.
  const ready = await starting?.catch(() => null);
  if (ready) return ready;
  throw new AutodidactError({ name: 'AutodidactError', code: 'NotReady', message: 'the agent has not started yet' });
}

/** The package with its types: what wasm-bindgen writes has `any` in their places. */
const { Agent, parseTools } = built as unknown as typeof Wasm;
type Agent = Wasm.Agent;

/** What the teacher was asked and has not answered, by number. */
const questions: { resolve(text: string): void; reject(reason: Error): void }[] = [];

type Emit = (event: AgentEvent | TextEvent | TeacherEvent) => void;

/** Brings the model here, as far as its files can be checked, and makes the agent. */
async function create(options: CreateOptions, emit: Emit): Promise<Agent> {
  const { model, told, release } = await localModel(options.model, emit);
  try {
    return await Agent.create({ ...options, model }, (event) => {
      if (event.type !== 'download' || !told.has(event.file)) emit(event);
    });
  } finally {
    release();
  }
}

type Handlers = {
  [M in Method]: (params: Methods[M]['params'], emit: Emit) => Methods[M]['result'] | Promise<Methods[M]['result']>;
};

const handlers: Handlers = {
  async create({ options }, emit) {
    starting = create(options, emit);
    agent = await starting;
    return agent.report();
  },
  ask: async ({ task, options }, emit) => (await started()).ask(task, options, emit),
  complete: async ({ task, options }, emit) =>
    (await started()).complete(task, options, (text: string) => emit({ type: 'text', text })),
  synthesize: async ({ task, options }, emit) => (await started()).synthesize(task, options, emit),
  adapt: async ({ task, pairs, options }, emit) => (await started()).adapt(task, pairs, options, emit),
  feedback: async ({ task, feedback, options }, emit) => (await started()).feedback(task, feedback, options, emit),
  unlearn: async ({ name, lesson, options }, emit) => (await started()).unlearn(name, lesson, options, emit),
  distill: async ({ task, options }, emit) =>
    (await started()).distill(task, options, (request) => new Promise((resolve, reject) => {
      questions.push({ resolve, reject });
      emit({ type: 'teacher', question: questions.length - 1, request });
    })),
  teacherReply({ question, text, error }) {
    if (text === undefined) questions[question]?.reject(new Error(error));
    else questions[question]?.resolve(text);
    return null;
  },
  rollBack: async ({ cluster }) => (await started()).rollBack(cluster),
  async forget({ cluster }) {
    await (await started()).forget(cluster);
    return null;
  },
  cancel() {
    agent?.cancel();
    return null;
  },
  parseTools: ({ json }) => parseTools(json),
  listAdapters: async () => (await started()).listAdapters(),
  exportAdapter: async ({ name }) => (await started()).exportAdapter(name),
  importAdapter: async ({ name, bytes, replace, session }) => (await started()).importAdapter(name, bytes, replace, session),
  async renameAdapter({ from, to }) {
    await (await started()).renameAdapter(from, to);
    return null;
  },
  async deleteAdapter({ name }) {
    await (await started()).deleteAdapter(name);
    return null;
  },
};

// A panic inside a running call leaves its promise open and surfaces here: make it an `error` event of the worker.
self.addEventListener('unhandledrejection', ({ reason }) => {
  throw reason;
});

const post = (reply: Reply) => self.postMessage(reply);

self.onmessage = async ({ data }: MessageEvent<Request>) => {
  const { id, method, params } = data;
  try {
    await loaded;
    const handle = handlers[method] as (params: unknown, emit: Emit) => Promise<Methods[Method]['result']>;
    post({ id, result: await handle(params, (event) => post({ id, event })) });
  } catch (error) {
    post({ id, error: toWireError(error) });
  }
};
