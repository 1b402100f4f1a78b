import {
  chunk, lastChunk, toCompletion, toOptions, toTask,
  type ChatCompletion, type ChatCompletionChunk, type ChatOptions, type ChatRequest, type Heading,
} from './chat.ts';
import { AgentClient } from './client.ts';
import { AutodidactError } from './errors.ts';
import { IdleLearner, type Learned } from './idle.ts';
import type {
  AdapterMeta, AgentEvent, AgentReport, AskOptions, BackendChoice, Feedback, Message, ModelSource, Pair, Synthesis, Task, Taught,
  Tool, Trace, Uncertainty,
} from './protocol.ts';
import { Run } from './run.ts';
import { answered, complete, type Teacher } from './teacher.ts';
import { persistStorage, storageReport, Tabs, type StorageReport } from './tabs.ts';
import { continued, described, execute, type Confirm, type RunnableTool, type ToolEvent, type ToolResult } from './tools.ts';

export interface AgentOptions {
  /** `seedModel` of `autodidact/seed-model`, the address of a model directory, addresses of files, or the id of a model on a hub. */
  model: ModelSource;
  /** Tools of every task that brings none of its own. */
  tools?: RunnableTool[];
  backend?: BackendChoice;
  /** Accept a GPU that is emulated in software. For tests. */
  forceSoftwareGpu?: boolean;
  /** Name of the IndexedDB database that keeps adapters; `autodidact` when absent. */
  store?: string;
  /** Defaults of every question. */
  defaults?: LearnOptions;
  /** Decides on calls of tools with `confirm: true`. */
  confirm?: Confirm;
  /** Writes the examples in place of the agent when it is unsure; nobody does when absent. */
  teacher?: Teacher;
  /** The worker to use, made of `autodidact/worker`; when absent one of this package is made. */
  worker?: Worker | (() => Worker);
  /** Downloads, the choice of the backend, the self-test. */
  onEvent?: (event: AgentEvent) => void;
  /** What became of tasks with `learn: 'idle'`. */
  onLearned?: (outcome: Learned<Trace>) => void;
  /** Milliseconds without a call after which tasks with `learn: 'idle'` are learned from; 2000 when absent. */
  idleAfter?: number;
  /** Stops the loading. */
  signal?: AbortSignal;
}

/** How a question is treated; see `AskOptions` for the defaults. */
export type LearnOptions = Omit<AskOptions, 'candidates' | 'learn'> & {
  /** Score the candidates of tasks too of which the agent is sure without them. */
  candidates?: boolean;
};

export interface RunOptions {
  signal?: AbortSignal;
  onEvent?: (event: TaskEvent) => void;
}

export interface TaskOptions extends LearnOptions, RunOptions {
  /** In place of the agent's tools. */
  tools?: RunnableTool[];
  /**
   * Most answers in a row: after each, the calls of tools with a `run` are executed and their results given to the model. 1, the
   * default, executes the calls of the first answer and leaves it at that; 0 executes nothing.
   */
  maxSteps?: number;
  /**
   * When to learn: `now`, before the answer that stands; `idle`, after the answer, while nobody waits, for the tasks to come (it needs
   * `keep`, and learns on from what is kept under that name, or `memory`); `off`, never.
   */
  learn?: 'now' | 'idle' | 'off';
  /** In place of the agent's teacher. */
  teacher?: Teacher;
  /** Is shown the examples before anything is learned from them; without it nobody is. */
  review?: Review;
}

/** Gives the examples that may be learned from: those it was shown, some of them, or corrected ones. With none the first answer stands. */
export type Review = (examples: Pair[]) => Pair[] | Promise<Pair[]>;

export type TaskEvent = AgentEvent | ToolEvent;

/** The trace of the first answer, with what was executed. */
export interface TaskResult extends Trace {
  /** Results by step. */
  results: ToolResult[][];
  /** The last answer, which is the trace's own where there was one step. */
  final: Trace['answer'];
}

/** A task as people write it. */
export type Asked = string | { messages: Message[] };

/** Loads a model into a worker and gives the agent. */
export async function createAgent(options: AgentOptions): Promise<Agent> {
  const { worker, signal, onEvent = () => {}, model, backend, forceSoftwareGpu, store } = options;
  if (signal?.aborted) throw new AutodidactError({ name: 'AbortError', code: 'AbortError', message: 'stopped before it began' });
  const client = new AgentClient(typeof worker === 'function' ? worker() : worker);
  const stop = () => client.dispose();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    const report = await client.create({
      model,
      ...(backend !== undefined && { backend }),
      ...(forceSoftwareGpu !== undefined && { force_software_gpu: forceSoftwareGpu }),
      ...(store !== undefined && { store }),
    }, onEvent);
    return new Agent(client, report, options);
  } catch (error) {
    client.dispose();
    throw AutodidactError.from(error);
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

/** A loaded agent. It does one thing at a time: a second call while one is running is refused with code `Busy`. */
export class Agent {
  /** The backend that serves, and the model. */
  readonly report: AgentReport;
  /** In OpenAI's shape. Nothing is learned here; `ask` is what learns. */
  readonly chat = { completions: { create: this.#create.bind(this) as CreateCompletion } };
  /** What was learned and kept. */
  readonly adapters: Adapters;
  readonly #client: AgentClient;
  readonly #options: AgentOptions;
  readonly #tabs: Tabs;
  readonly #idle: IdleLearner<IdleJob, Trace>;

  /** @internal */
  constructor(client: AgentClient, report: AgentReport, options: AgentOptions) {
    this.#client = client;
    this.#options = options;
    this.report = report;
    const tabs = new Tabs(options.store ?? DEFAULT_STORE);
    this.#tabs = tabs;
    this.#idle = new IdleLearner(
      (job, signal) => this.#learnLater(job, signal), options.idleAfter ?? IDLE_AFTER, (outcome) => options.onLearned?.(outcome));
    // The adapter may be one of the memory, too.
    const changing = (names: string[], work: () => Promise<void>) =>
      this.#idle.first(() => tabs.writing([...names, MEMORY], undefined, work));
    this.adapters = {
      list: () => client.listAdapters(),
      export: (name) => client.exportAdapter(name),
      import: (name, zip, { replace = false, session = false } = {}) => {
        const importing = () => client.importAdapter(name, zip, replace, session);
        return this.#idle.first(() => (session ? importing() : tabs.writing(name, undefined, importing)));
      },
      rename: (from, to) => changing([from, to], () => client.renameAdapter(from, to)),
      delete: (name) => changing([name], () => client.deleteAdapter(name)),
      rollBack: (cluster) => this.#idle.first(() => tabs.writing(MEMORY, undefined, () => client.rollBack(cluster))),
      forget: (cluster) => this.#idle.first(() => tabs.writing(MEMORY, undefined, () => client.forget(cluster))),
      subscribe: (listener) => tabs.subscribe(listener),
      storage: async () => storageReport(await client.listAdapters()),
      persist: persistStorage,
    };
  }

  /** Answers a task, learning first when unsure, and executes the calls of tools that have a `run`. */
  ask(asked: Asked, options: TaskOptions = {}): Run<TaskEvent, TaskResult> {
    return new Run((emit) => this.#idle.first(() => this.#ask(asked, options, this.#telling(options, emit))));
  }

  /** Tasks that wait to be learned from, or are being. */
  get pending(): number {
    return this.#idle.pending;
  }

  async #ask(asked: Asked, options: TaskOptions, emit: (event: TaskEvent) => void): Promise<TaskResult> {
    const { maxSteps = 1, signal, learn = 'now', teacher = this.#options.teacher, review } = options;
    const tools = this.#tools(options);
    const menu = tools.map(described);
    const wanted = this.#learning(options);
    const question = toQuestion(asked, menu);
    const place = lockOf(wanted);
    if (learn === 'idle' && place === undefined && modeOf(wanted) !== 'session') throw invalid('`learn: "idle"` learns for tasks to come: say where with `keep` or `memory`');
    if (learn === 'idle' && review) throw invalid('`review` shows examples to somebody who waits: that is not `learn: "idle"`');
    const learning = learn === 'now' && !teacher && !review ? wanted : { ...withoutKeeping(wanted), learn: false };
    // Where nothing is learned, nobody has to wait for another tab that learns.
    const held = learning === wanted ? place : undefined;
    let trace = await this.#tabs.writing(held, signal, () => this.#client.ask(question, learning, emit, signal));
    if (learning !== wanted && trace.uncertainty.unsure && !trace.search?.accepted && !trace.orders?.accepted) {
      if (learn === 'idle') this.#idle.add({ question, learning: wanted });
      else if (learn === 'now') trace = await this.#taught(trace, question, { teacher, review, learning: wanted }, emit, signal);
    }
    const results: ToolResult[][] = [];
    let final = trace.answer;
    let messages = dialogue(asked);
    const done = new Set<string>();
    for (let step = 1; step <= maxSteps; step++) {
      const calls = final.calls;
      // A call that cannot be executed is the caller's; one that was executed already leads nowhere.
      const isNew = calls.some((call) => !done.has(JSON.stringify(call)));
      if (final.error !== undefined || !isNew || !calls.some((call) => isRunnable(tools, call.name))) break;
      calls.forEach((call) => done.add(JSON.stringify(call)));
      const outcome = await execute(calls, tools, this.#options.confirm, signal, emit);
      results.push(outcome);
      if (step === maxSteps || outcome.some(({ status }) => status === 'not-runnable')) break;
      messages = continued(messages, calls, outcome);
      // What tools say is not the user's: nothing is learned from it.
      const next = await this.#client.ask({ messages, tools: menu }, { ...withoutKeeping(learning), threshold: 0 }, emit, signal);
      final = next.answer;
    }
    return { ...trace, results, final };
  }

  /**
   * Tells the agent what the user says of an answer. Right calls, those that were answered or corrected ones, become an example of the user,
   * and the memory’s adapter for such tasks is trained anew; a wrong answer takes its newest version back. Needs `memory`.
   */
  feedback(asked: Asked, feedback: Feedback, options: TaskOptions = {}): Run<AgentEvent, Taught> {
    const task = toQuestion(asked, this.#tools(options).map(described));
    const learning = this.#learning(options);
    return new Run((emit) => this.#idle.first(() => this.#tabs.writing(lockOf(learning), options.signal, () =>
      this.#client.feedback(task, feedback, learning, this.#telling(options, emit), options.signal))));
  }

  /** Deletes a lesson, counted from 0, of an adapter of the memory: it is trained anew on the others. */
  unlearn(name: string, lesson: number, options: TaskOptions = {}): Run<AgentEvent, Taught> {
    const learning = this.#learning(options);
    return new Run((emit) => this.#idle.first(() => this.#tabs.writing(MEMORY, options.signal, () =>
      this.#client.unlearn(name, lesson, learning, this.#telling(options, emit), options.signal))));
  }

  /** How sure the agent is of its answer to a task, and how likely each tool is. Nothing is learned. */
  async score(asked: Asked, options: TaskOptions = {}): Promise<Uncertainty> {
    const learning = this.#learning(options);
    const scoring = { ...withoutKeeping(learning), learn: false, search: false, orders: 1, candidates: true };
    const menu = this.#tools(options).map(described);
    return (await this.#idle.first(() =>
      this.#client.ask(toQuestion(asked, menu), scoring, this.#telling(options), options.signal))).uncertainty;
  }

  /** Writes examples like a task, without learning from them. */
  synthesize(asked: Asked, options: TaskOptions = {}): Run<AgentEvent, Synthesis> {
    const task = toQuestion(asked, this.#tools(options).map(described));
    return new Run((emit) => this.#idle.first(() =>
      this.#client.synthesize(task, this.#learning(options), this.#telling(options, emit), options.signal)));
  }

  /** Trains an adapter on examples, from `synthesize` or from a person, and keeps it under `keep`. */
  adapt(asked: Asked, pairs: Pair[], options: TaskOptions & { keep: string }): Run<AgentEvent, AdapterMeta> {
    const task = toQuestion(asked, this.#tools(options).map(described));
    return new Run((emit) => this.#idle.first(() =>
      this.#tabs.writing(options.keep, options.signal, () =>
        this.#client.adapt(task, pairs, this.#learning(options), this.#telling(options, emit), options.signal))));
  }

  /** The tools of a menu that is written as JSON. Rejects with code `InvalidInput` and names the place that is wrong. */
  parseTools(json: string): Promise<Tool[]> {
    return this.#client.parseTools(json);
  }

  /** Ends the worker at once, whatever it is doing. What is stored stays; a new agent can be made. */
  dispose(): void {
    this.#idle.close();
    this.#client.dispose();
    this.#tabs.close();
  }

  /** Learns from examples that come of a teacher, or pass a review; the trace stands as it is, with a note, where there are none. */
  async #taught(
    trace: Trace, question: Task, { teacher, review, learning }: Tuition, emit: (event: AgentEvent) => void, signal?: AbortSignal,
  ): Promise<Trace> {
    emit({ type: 'phase', phase: 'synthesize' });
    const written = teacher ? this.#examples(teacher, question, learning, signal) : this.#client.synthesize(question, learning, emit, signal);
    const outcome = await written.catch((reason: unknown) => AutodidactError.from(reason));
    if (outcome instanceof AutodidactError) {
      if (outcome.isAborted || !teacher) throw outcome;
      return { ...trace, note: outcome.message };
    }
    const stands = (why: string): Trace => ({ ...trace, synthesis: outcome, note: `${why}; the first answer stands` });
    if (outcome.pairs.length === 0) return stands(teacher ? 'the teacher gave no valid example' : 'no valid example came of it');
    const examples = review ? await answered(review(outcome.pairs), signal) : outcome.pairs;
    if (examples.length === 0) return stands('none of the examples was accepted');
    const synthesis = { ...outcome, pairs: examples };
    const learned = { ...withoutContext(learning), threshold: ALWAYS, examples, examples_from: teacher ? 'teacher' : 'synthetic' } as const;
    // The agent has told of its own examples already.
    const telling = (event: AgentEvent) => (teacher || event.type !== 'pair') && emit(event);
    const after = await this.#tabs.writing(lockOf(learning), signal, () => this.#client.ask(question, learned, telling, signal));
    return { ...after, synthesis, uncertainty: { ...after.uncertainty, threshold: trace.uncertainty.threshold } };
  }

  async #examples(teacher: Teacher, question: Task, learning: AskOptions, signal?: AbortSignal): Promise<Synthesis> {
    if ('url' in teacher) return this.#client.distill(question, learning, (request) => complete(teacher, request, signal), signal);
    const { tools } = question;
    const asked = 'query' in question ? question.query : question;
    const { pairs, seed } = learning;
    return teacher.agent.synthesize(asked, { tools, ...(pairs && { pairs }), ...(seed && { seed }), ...(signal && { signal }) });
  }

  /** Learns from a task that was answered before. */
  async #learnLater({ question, learning }: IdleJob, signal: AbortSignal): Promise<Trace> {
    return this.#tabs.writing(lockOf(learning), signal, async () => {
      const isKept = (await this.#client.listAdapters()).some(({ name }) => name === learning.keep);
      const from = isKept && learning.keep !== undefined ? { adapter: learning.keep } : {};
      return this.#client.ask(question, { ...withoutContext(learning), ...from, threshold: ALWAYS }, () => {}, signal);
    });
  }

  async #create(request: ChatRequest, { signal, adapter }: ChatOptions = {}): Promise<ChatCompletion | AsyncIterable<ChatCompletionChunk>> {
    const heading: Heading = {
      id: `chatcmpl-${crypto.randomUUID()}`, created: Math.floor(Date.now() / 1000), model: request.model ?? this.report.model.name,
    };
    const [task, options] = [toTask(request), toOptions(request, adapter)];
    if (!request.stream) return toCompletion(heading, await this.#idle.first(() => this.#client.complete(task, options, () => {}, signal)));
    const run = new Run<ChatCompletionChunk, void>(async (emit) => {
      emit(chunk(heading, { role: 'assistant', content: '' }));
      // The marks of calls are no content: with tools, the text is told when it is known to be one.
      const isText = task.tools.length === 0;
      const onText = (text: string) => isText && emit(chunk(heading, { content: text }));
      const completion = await this.#idle.first(() => this.#client.complete(task, options, onText, signal));
      const { calls, text } = completion.answer;
      if (!isText && calls.length === 0 && text !== '') emit(chunk(heading, { content: text }));
      emit(lastChunk(heading, completion));
    });
    // Awaiting a run would wait for its end.
    return { [Symbol.asyncIterator]: () => run[Symbol.asyncIterator]() };
  }

  #tools(options: TaskOptions): RunnableTool[] {
    return options.tools ?? this.#options.tools ?? [];
  }

  #learning(options: TaskOptions): AskOptions {
    const {
      signal: _signal, onEvent: _onEvent, tools: _tools, maxSteps: _maxSteps, learn: _learn, teacher: _teacher, review: _review, ...learning
    } = options;
    return { ...this.#options.defaults, ...learning };
  }

  #telling<E extends TaskEvent>(options: RunOptions, emit: (event: E) => void = () => {}): (event: E) => void {
    return (event) => {
      options.onEvent?.(event);
      emit(event);
    };
  }
}

const DEFAULT_STORE = 'autodidact';
const IDLE_AFTER = 2000;
/** A threshold that every certainty is below. */
const ALWAYS = 1.01;

interface Tuition {
  teacher?: Teacher | undefined;
  review?: Review | undefined;
  learning: AskOptions;
}

interface IdleJob {
  question: Task;
  learning: AskOptions;
}

/** The lock under which the memory is written. */
const MEMORY = 'memory';

const modeOf = ({ memory }: AskOptions) => (typeof memory === 'object' ? memory.mode : memory);

/** What is written under these options, for other tabs to see: an adapter of that name, the memory, or nothing. */
function lockOf(options: AskOptions): string | undefined {
  return options.keep ?? (modeOf(options) === 'keep' ? MEMORY : undefined);
}

const invalid = (message: string) => new AutodidactError({ name: 'AutodidactError', code: 'InvalidInput', message });

export interface Adapters {
  /** Newest first. */
  list(): Promise<AdapterMeta[]>;
  /** A zip that unpacks to a PEFT directory. */
  export(name: string): Promise<Uint8Array>;
  /**
   * Checks the adapter of a PEFT zip against the model and keeps it. Refused when the name is taken, unless it may `replace`. With
   * `session` it is stored nowhere and lives as long as the agent: an adapter that a page brings along.
   */
  import(name: string, zip: Uint8Array, options?: { replace?: boolean; session?: boolean }): Promise<AdapterMeta>;
  /** Refused when the new name is taken. What the memory kept is no longer its own then, and stays until you delete it. */
  rename(from: string, to: string): Promise<void>;
  delete(name: string): Promise<void>;
  /** Takes the newest version of a cluster of the memory back. Gives the name of the one before it, if there is one. */
  rollBack(cluster: string): Promise<string | null>;
  /** Deletes a cluster of the memory with all its versions. */
  forget(cluster: string): Promise<void>;
  /** Calls back after something was kept or deleted, in this tab or in another. Gives a function that ends it. */
  subscribe(listener: () => void): () => void;
  /** What is used, and what may be. */
  storage(): Promise<StorageReport>;
  /** Asks the browser not to clear what is kept by itself; false where it will not promise that. */
  persist(): Promise<boolean>;
}

export interface CreateCompletion {
  (request: ChatRequest & { stream: true }, options?: ChatOptions): Promise<AsyncIterable<ChatCompletionChunk>>;
  (request: ChatRequest & { stream?: false }, options?: ChatOptions): Promise<ChatCompletion>;
}

const isRunnable = (tools: readonly RunnableTool[], name: string) => tools.some((tool) => tool.name === name && tool.run);

const dialogue = (asked: Asked): Message[] => (typeof asked === 'string' ? [{ role: 'user', content: asked }] : asked.messages);

const toQuestion = (asked: Asked, tools: Tool[]): Task =>
  typeof asked === 'string' ? { query: asked, tools } : { messages: asked.messages, tools };

/** Nothing is sure at a threshold that every certainty is below. */
function withoutContext({ context_first: _context, ...rest }: AskOptions): AskOptions {
  return rest;
}

function withoutKeeping({ keep: _keep, replace: _replace, ...rest }: AskOptions): AskOptions {
  return rest;
}
