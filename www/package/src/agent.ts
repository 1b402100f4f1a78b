import { adaptersOf, MEMORY, type Adapters } from './adapters.ts';
import { AgentClient } from './client.ts';
import { completionsOf, type Complete, type CreateCompletion } from './completions.ts';
import { aborted, AutodidactError, invalid } from './errors.ts';
import { IdleLearner, type Learned } from './idle.ts';
import { lessonsOf, type Lessons } from './lessons.ts';
import {
  toAskOptions, type AgentOptions, type ExecuteOptions, type Review, type RunOptions, type TaskEvent, type TaskOptions, type TaskResult,
} from './options.ts';
import { Run } from './run.ts';
import { Tabs } from './tabs.ts';
import { answered, askServer, type Teacher, type TeacherOptions } from './teacher.ts';
import { continued, described, execute, type RunnableTool, type ToolResult } from './tools.ts';
import type {
  AdapterMeta, AgentEvent, AgentReport, Asked, AskOptions, Feedback, Message, Pair, ScoreReport, Synthesis, Task,
  Taught, Tool, ToolCall, Trace,
} from './types.ts';

const DEFAULT_STORE = 'autodidact';
const IDLE_AFTER = 2000;

/** Loads a model into a worker and makes the agent. */
export async function createAgent(options: AgentOptions): Promise<Agent> {
  const { worker, signal, onEvent = () => {}, model, backend, dtype, forceSoftwareGpu, store } = options;
  if (signal?.aborted) throw aborted('stopped before it began');
  const client = new AgentClient(typeof worker === 'function' ? worker() : worker);
  const stop = () => client.dispose();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    const report = await client.call('create', [{
      model,
      ...(backend !== undefined && { backend }),
      ...(dtype && { dtype }),
      ...(forceSoftwareGpu !== undefined && { forceSoftwareGpu }),
      ...(store !== undefined && { store }),
    }, onEvent]);
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
  /** The model, and the backend that serves it. */
  readonly report: AgentReport;
  /** In OpenAI's shape, and with the agent's tools where a request brings none. Nothing is learned here; `ask` learns. */
  readonly chat: { completions: { create: CreateCompletion } };
  /** The adapters that were learned and kept. */
  readonly adapters: Adapters;
  /** What people taught. */
  readonly lessons: Lessons;
  readonly #client: AgentClient;
  readonly #options: AgentOptions;
  readonly #tabs: Tabs;
  readonly #idle: IdleLearner<Job>;

  /** @internal */
  constructor(client: AgentClient, report: AgentReport, options: AgentOptions) {
    this.#client = client;
    this.#options = options;
    this.report = report;
    this.#tabs = new Tabs(options.store ?? DEFAULT_STORE);
    this.#idle = new IdleLearner(
      (job, signal) => this.#learnLater(job, signal), options.idleAfter ?? IDLE_AFTER, (outcome) => options.onLearned?.(outcome));
    this.adapters = adaptersOf(client, this.#tabs, (work) => this.#idle.first(work));
    this.lessons = lessonsOf({
      client,
      read: (given) => ({ tools: this.#tools(given).map(described), learning: toAskOptions(options.defaults, given) }),
      first: (work) => this.#idle.first(work),
      write: (learning, given, work) => this.#run<AgentEvent, Taught>(given, (emit) =>
        this.#tabs.writing(lockOf(learning), given.signal, async () => this.#forgotten(await work(emit)))),
    });
    const complete: Complete = (task, settings, onText, signal) =>
      this.#idle.first(() => client.call('complete', [task, settings, onText], signal));
    this.chat = { completions: { create: completionsOf(complete, report.model.name, (options.tools ?? []).map(described)) } };
  }

  /** Answers a task, learning first when unsure, and executes the calls of tools that have a `run`. */
  ask(asked: Asked, options: TaskOptions = {}): Run<TaskEvent, TaskResult> {
    return this.#run(options, (emit) => this.#ask(asked, options, emit));
  }

  /**
   * Executes calls that the user chose, such as those of a proposal, one after the other. Resolves to their results.
   */
  execute(calls: ToolCall[], { confirmed = false, ...options }: ExecuteOptions = {}): Run<TaskEvent, ToolResult[]> {
    const asked = this.#tools(options);
    const tools = confirmed ? asked.map((tool) => ({ ...tool, confirm: false })) : asked;
    return new Run((emit) => execute(calls, tools, this.#options.confirm, options.signal, (event) => {
      options.onEvent?.(event);
      emit(event);
    }));
  }

  /** Number of tasks and lessons that wait to be learned from, or are being learned from. */
  get pending(): number {
    return this.#idle.pending;
  }

  /**
   * Tells the agent the user's verdict on an answer. Right calls, as answered or corrected, become a lesson: the same
   * request is answered so from now on, and the adapter of the memory for such tasks is trained anew, later with
   * `when: 'idle'`. A wrong answer removes the lessons that led to it, and takes the newest version of the adapter back.
   * Needs `memory`.
   */
  feedback(asked: Asked, feedback: Feedback, options: TaskOptions = {}): Run<AgentEvent, Taught> {
    const { question, learning } = this.#job(asked, options);
    return this.#run<AgentEvent, Taught>(options, (emit) => this.#tabs.writing(lockOf(learning), options.signal, async () => {
      if (options.when !== 'idle' || feedback.verdict === 'wrong') {
        return this.#forgotten(await this.#client.call('feedback', [question, feedback, learning, emit], options.signal));
      }
      const taught = await this.#client.call('teach', [question, feedback.calls, learning], options.signal);
      if (taught.lesson) this.#idle.add({ question, learning, feedback, lesson: taught.lesson.query });
      return taught;
    }));
  }

  /** Deletes a lesson, counted from 0, of an adapter of the memory, which is trained anew on the others. */
  unlearn(name: string, lesson: number, options: TaskOptions = {}): Run<AgentEvent, Taught> {
    const learning = toAskOptions(this.#options.defaults, options);
    return this.#run<AgentEvent, Taught>(options, (emit) => this.#tabs.writing(MEMORY, options.signal, () =>
      this.#client.call('unlearn', [name, lesson, learning, emit], options.signal)));
  }

  /** How sure the agent is of its answer to a task, and how likely each tool is. Nothing is learned. */
  async score(asked: Asked, options: TaskOptions = {}): Promise<ScoreReport> {
    const { question, learning } = this.#job(asked, options);
    const scoring: AskOptions = { ...trial(learning), decide: false, search: false, orders: 1, candidates: true };
    const trace = await this.#run<AgentEvent, Trace>(options, (emit) =>
      this.#client.call('ask', [question, scoring, emit], options.signal));
    return trace.uncertainty;
  }

  /** Writes examples like a task, without learning from them. */
  synthesize(asked: Asked, options: TaskOptions = {}): Run<AgentEvent, Synthesis> {
    const { question, learning } = this.#job(asked, options);
    return this.#run<AgentEvent, Synthesis>(options, (emit) =>
      this.#client.call('synthesize', [question, learning, emit], options.signal));
  }

  /** Trains an adapter on examples, from `synthesize` or from a person, and keeps it under `keep`. */
  adapt(asked: Asked, pairs: Pair[], options: TaskOptions & { keep: string }): Run<AgentEvent, AdapterMeta> {
    const { question, learning } = this.#job(asked, options);
    return this.#run<AgentEvent, AdapterMeta>(options, (emit) => this.#tabs.writing(options.keep, options.signal, () =>
      this.#client.call('adapt', [question, pairs, learning, emit], options.signal)));
  }

  /**
   * The tools of a menu that is written as JSON. Rejects with code `InvalidInput` and names the place that is wrong.
   */
  parseTools(json: string): Promise<Tool[]> {
    return this.#client.call('parseTools', [json]);
  }

  /** Ends the worker at once, whatever it is doing. Stored adapters stay; a new agent can be made. */
  dispose(): void {
    this.#idle.close();
    this.#client.dispose();
    this.#tabs.close();
  }

  async #ask(asked: Asked, options: TaskOptions, emit: Emit<TaskEvent>): Promise<TaskResult> {
    const job = this.#job(asked, options);
    checkWhen(options, job.learning);
    const trace = await this.#answer(job, options, emit);
    return { ...trace, ...(await this.#execute(asked, trace, job, options, emit)) };
  }

  /** Answers a task, and learns from it when and how the options say. */
  async #answer(job: Job, options: TaskOptions, emit: Emit<AgentEvent>): Promise<Trace> {
    const { signal, when = 'now', teacher = this.#options.teacher, review } = options;
    const { question, learning } = job;
    const ask = (how: AskOptions) => this.#client.call('ask', [question, how, emit], signal);
    // Where nothing is kept, nobody has to wait for another tab that learns.
    if (learning.learn === 'never') return ask(withoutKeeping(learning));
    if (when === 'now' && !teacher && !review) return this.#tabs.writing(lockOf(learning), signal, () => ask(learning));
    const trace = await ask(trial(learning));
    const { search, orders } = trace;
    if (!practises(trace, learning) || search?.accepted || orders?.accepted) return trace;
    if (when === 'now') return this.#learnFromOthers(trace, job, { teacher, review, signal, emit });
    this.#idle.add(job);
    return trace;
  }

  /**
   * Executes the calls that were decided on, gives the results to the model, and goes on with its next answer, up to
   * `maxSteps`.
   */
  async #execute(
    asked: Asked, first: Trace, { question, learning }: Job, { maxSteps = 1, signal, ...options }: TaskOptions, emit: Emit<TaskEvent>,
  ): Promise<Pick<TaskResult, 'results' | 'final'>> {
    const tools = this.#tools(options);
    // The words of a tool are not the user's: nothing is learned from them.
    const following: AskOptions = { ...withoutKeeping(learning), learn: 'never', search: false, orders: 1 };
    const results: ToolResult[][] = [];
    const done = new Set<string>();
    let trace = first;
    let messages = dialogue(asked);
    for (let step = 1; step <= maxSteps; step++) {
      const { error } = trace.answer;
      const calls = trace.decision.kind === 'act' ? trace.decision.calls : [];
      // A call that cannot be executed is left to the caller; one that was executed already leads nowhere.
      const isNew = calls.some((call) => !done.has(JSON.stringify(call)));
      if (error !== undefined || !isNew || !calls.some((call) => isRunnable(tools, call.name))) break;
      calls.forEach((call) => done.add(JSON.stringify(call)));
      const outcome = await execute(calls, tools, this.#options.confirm, signal, emit);
      results.push(outcome);
      if (step === maxSteps || outcome.some(({ status }) => status === 'not-runnable')) break;
      messages = continued(messages, calls, outcome);
      trace = await this.#client.call('ask', [{ messages, tools: question.tools }, following, emit], signal);
    }
    return { results, final: trace.answer };
  }

  /**
   * Learns from the examples of a teacher, or those that pass a review. Where there are none, the trace stands with a
   * note.
   */
  async #learnFromOthers(trace: Trace, { question, learning }: Job, { teacher, review, signal, emit }: Tuition): Promise<Trace> {
    emit({ type: 'phase', phase: 'synthesize' });
    const written = teacher
      ? this.#taughtExamples(teacher, question, learning, signal)
      : this.#client.call('synthesize', [question, learning, emit], signal);
    const outcome = await written.catch((reason: unknown) => AutodidactError.from(reason));
    if (outcome instanceof AutodidactError) {
      if (outcome.isAborted || !teacher) throw outcome;
      return { ...trace, note: outcome.message };
    }
    const stands = (why: string): Trace => ({ ...trace, synthesis: outcome, note: `${why}; the first answer stands` });
    if (outcome.pairs.length === 0) return stands(teacher ? 'the teacher gave no valid example' : 'no valid example came of it');
    const examples = review ? await answered(review(outcome.pairs), signal) : outcome.pairs;
    if (examples.length === 0) return stands('none of the examples was accepted');
    const learned: AskOptions = { ...always(learning), examples, examplesFrom: teacher ? 'teacher' : 'synthetic' };
    // The agent has told of its own examples already.
    const telling: Emit<AgentEvent> = (event) => (teacher || event.type !== 'pair') && emit(event);
    const after = await this.#tabs.writing(lockOf(learning), signal, () =>
      this.#client.call('ask', [question, learned, telling], signal));
    const { threshold } = trace.uncertainty;
    return { ...after, synthesis: { ...outcome, pairs: examples }, uncertainty: { ...after.uncertainty, threshold } };
  }

  async #taughtExamples(teacher: Teacher, question: Task, learning: AskOptions, signal?: AbortSignal): Promise<Synthesis> {
    if ('url' in teacher) {
      return this.#client.call('distill', [question, learning, (request) => askServer(teacher, request, signal)], signal);
    }
    const { synthesis, seed } = learning;
    const options: TeacherOptions = {
      tools: question.tools, ...(synthesis && { synthesis }), ...(seed !== undefined && { seed }), ...(signal && { signal }),
    };
    return teacher.agent.synthesize('query' in question ? question.query : question, options);
  }

  /** A lesson that was removed is not trained on later: that would bring it back. */
  #forgotten(taught: Taught): Taught {
    this.#idle.drop(({ lesson }) => lesson !== undefined && taught.forgotten.includes(lesson));
    return taught;
  }

  /** Learns from a task that was answered before, or trains on a lesson. */
  #learnLater({ question, learning, feedback }: Job, signal: AbortSignal): Promise<Learned> {
    return this.#tabs.writing(lockOf(learning), signal, async () => {
      if (feedback) return { taught: await this.#client.call('feedback', [question, feedback, learning, () => {}], signal) };
      const { keep } = learning;
      const isKept = (await this.adapters.list()).some(({ name }) => name === keep);
      const from = isKept && keep !== undefined ? { adapter: keep } : {};
      return { trace: await this.#client.call('ask', [question, { ...always(learning), ...from }, () => {}], signal) };
    });
  }

  /** Runs a call that somebody waits for. Its events go to the `onEvent` of the options too. */
  #run<E extends TaskEvent, R>(options: RunOptions, work: (emit: Emit<E>) => Promise<R>): Run<E, R> {
    return new Run((emit) => this.#idle.first(() => work((event) => {
      options.onEvent?.(event);
      emit(event);
    })));
  }

  #job(asked: Asked, options: TaskOptions): Job {
    const tools = this.#tools(options).map(described);
    const question = typeof asked === 'string' ? { query: asked, tools } : { messages: asked.messages, tools };
    return { question, learning: toAskOptions(this.#options.defaults, options) };
  }

  #tools(options: TaskOptions): RunnableTool[] {
    return options.tools ?? this.#options.tools ?? [];
  }
}

/** A question with its options. */
interface Job {
  question: Task;
  learning: AskOptions;
  /** What a lesson is trained from; absent for a task. */
  feedback?: Feedback;
  /** The request of that lesson. */
  lesson?: string;
}

type Emit<E> = (event: E) => void;

/** How examples come from somebody else than the agent alone. */
interface Tuition {
  teacher: Teacher | undefined;
  review: Review | undefined;
  signal: AbortSignal | undefined;
  emit: Emit<AgentEvent>;
}

/**
 * The lock for what is written under these options and other tabs see: an adapter of that name, the memory, or nothing.
 */
function lockOf({ keep, memory }: AskOptions): string | undefined {
  return keep ?? (memory?.mode === 'keep' ? MEMORY : undefined);
}

/**
 * Whether there is something to practise: as in Rust, a decision to act is not practised, nor one to decline, unless
 * learning is asked for always.
 */
function practises({ decision, uncertainty }: Trace, { learn, decide = true }: AskOptions): boolean {
  if (learn === 'always') return true;
  return uncertainty.unsure && (!decide || decision.kind === 'clarify');
}

function checkWhen({ when, review }: TaskOptions, learning: AskOptions): void {
  if (when !== 'idle') return;
  if (lockOf(learning) === undefined && learning.memory?.mode !== 'session') {
    throw invalid('`when: "idle"` learns for later tasks: say where to keep it, with `keep` or `memory`');
  }
  if (review) throw invalid('`review` shows examples to somebody who waits: leave it out, or leave out `when: "idle"`');
}

const isRunnable = (tools: readonly RunnableTool[], name: string) => tools.some((tool) => tool.name === name && tool.run);

const dialogue = (asked: Asked): Message[] => (typeof asked === 'string' ? [{ role: 'user', content: asked }] : asked.messages);

function withoutKeeping({ keep, replace, ...rest }: AskOptions): AskOptions {
  return rest;
}

/** Decides and searches as these options say, but learns nothing. */
const trial = (learning: AskOptions): AskOptions => ({ ...withoutKeeping(learning), dryRun: true });

/** Learns however sure the agent is, so an answer in context would not stand. */
function always({ contextFirst, ...rest }: AskOptions): AskOptions {
  return { ...rest, learn: 'always' };
}
