/**
 * A stand-in for the wasm package, with the same exports, events and errors, for the tests of the page. It reads
 * requests by a few rules, and its numbers are made up. It must never be part of the shipped page: the e2e test looks
 * for this marker there.
 */
import type {
  AdapterMeta, AgentEvent, AgentReport, Answer, AnswerKind, AskOptions, Decision, Feedback, ImportOptions, Lesson, Pair, Phase, Task, Taught,
  Tool, ToolCall, Trace,
} from 'autodidact';
import type { CreateOptions } from '../../package/src/wasm';
import { fail, sleep } from './fail';
import { answerFor, FINGERPRINT, loss, metaOf, pairFor, score } from './made-up';
import { Memory } from './memory';
import { decide, guess, requestOf, turnsOf, type Request } from './rules';
import { Store } from './store';
import { peftZip } from './zip';

export { parseTools } from './tools';
export const MARKER = 'autodidact-mock-agent';

const MODEL_BYTES = 12_400_000;

type Emit = (event: AgentEvent) => void;

export default async function init(): Promise<void> {
  await sleep(50);
}

export class Agent {
  #running = false;
  #cancelled = false;

  /** Adapters that live as long as the agent. */
  private readonly brought = new Set<string>();
  private readonly memory: Memory;

  private constructor(
    private readonly info: AgentReport,
    private readonly store: Store,
  ) {
    this.memory = new Memory(store);
  }

  static async create(options: CreateOptions, emit: Emit): Promise<Agent> {
    emit({ type: 'phase', phase: 'load' });
    for (const [file, total] of [['config.json', 900], ['tokenizer.json', 210_000], ['model.safetensors', MODEL_BYTES]] as const) {
      for (let part = 1; part <= 4; part++) {
        await sleep(25);
        emit({ type: 'download', file, loaded: Math.round((total * part) / 4), total });
      }
    }
    if (options.backend === 'webgpu' && !options.forceSoftwareGpu) {
      throw fail('WebGPUNotAvailable', 'WebGPU is not available: the browser offers no adapter; use the CPU backend');
    }
    const gpu = options.backend === 'webgpu';
    const backend = {
      kind: gpu ? ('webgpu' as const) : ('cpu' as const),
      adapter: gpu ? 'SwiftShader' : 'WebAssembly SIMD, 1 thread',
      software: gpu,
      reason: gpu ? 'asked for' : options.backend === 'cpu' ? 'asked for' : 'the browser offers no WebGPU adapter',
      selfTest: { maxDifference: 2.1e-6, tolerance: 1e-3 },
    };
    emit({ type: 'backend', report: backend });
    emit({ type: 'phase', phase: 'self-test' });
    await sleep(60);
    const { name } = typeof options.model === 'string' ? { name: options.model } : options.model;
    const model = {
      name: `${name} (mock)`, family: 'llama', parameters: 3_104_256, context: 1024, vocab: 4096, fingerprint: FINGERPRINT, identity: { architecture: 'llama', shape: '', tokenizer: '', source: '', storedAs: 'F16' }, bytes: MODEL_BYTES,
    };
    return new Agent({ backend, model }, await Store.open(options.store ?? 'autodidact-mock'));
  }

  report(): AgentReport {
    return this.info;
  }

  cancel(): void {
    this.#cancelled = this.#running;
  }

  ask(task: Task, options: AskOptions, emit: Emit): Promise<Trace> {
    return this.#turn(() => this.#loop(task, options, emit));
  }

  async #loop(task: Task, options: AskOptions, emit: Emit): Promise<Trace> {
    const request = requestOf(task);
    const { tools } = request;
    if (request.query.trim() === '') throw fail('InvalidInput', 'query: is empty; write a task');
    if (request.query.includes('mock:crash')) throw new WebAssembly.RuntimeError('unreachable');
    if (request.query.includes('mock:long') && turnsOf(task) > 2) throw fail('ContextOverflow', '1200 tokens do not fit the model’s context of 1024');
    const begun = performance.now();
    const seconds: Record<string, number> = {};
    const stage = async <T>(phase: Phase, work: () => Promise<T>): Promise<T> => {
      await this.#pause(0);
      emit({ type: 'phase', phase });
      const start = performance.now();
      const result = await work();
      seconds[phase.replaceAll('-', '_')] = (performance.now() - start) / 1000;
      return result;
    };

    if (options.adapter && !this.brought.has(options.adapter) && !(await this.store.get(options.adapter))) {
      throw fail('AdapterNotFound', `no adapter named \`${options.adapter}\` is stored`);
    }

    const { learn = { below: 0.95 } } = options;
    const lesson = request.isAnswer ? undefined : await this.memory.find(tools, request.query, options);
    const decision = lesson ? taught(lesson) : decide(request);
    const base = answerFor(decision, options.adapter !== undefined);
    await stage('answer', () => this.#say('base', base, emit));
    const uncertainty = await stage('score', async () => (await this.#pause(100), score(tools, learn)));
    emit({ type: 'score', uncertainty });
    await stage('decide', () => this.#pause(30));
    emit({ type: 'decision', decision });
    const trace: Trace = {
      backend: this.info.backend.kind, model: this.info.model.name, uncertainty, synthesis: null, training: null, baseAnswer: base, answer: base,
      decision, judgement: { certainty: decision.kind === 'act' ? 0.97 : 0.31, fits: decision.kind === 'decline' ? 0.08 : 0.92, features: { joined: 0.8, gaps: 0 } },
      adapted: false, seconds, restored: true, stored: null, note: null, ...(lesson && { lesson: { query: lesson.query, exact: true } }),
    };
    // As the agent does where it is unsure; the mock finds nothing.
    if (decision.kind === 'clarify' && uncertainty.unsure) await stage('search', () => this.#pause(300));
    const practises = learn === 'always' || (learn !== 'never' && uncertainty.unsure && decision.kind === 'clarify');
    if (practises && !options.dryRun) await this.#practise(trace, request, options, stage, emit);
    await stage('restore', () => this.#pause(30));
    seconds['total'] = (performance.now() - begun) / 1000;
    return trace;
  }

  async #practise(
    trace: Trace, { query, tools }: Request, options: AskOptions, stage: <T>(phase: Phase, work: () => Promise<T>) => Promise<T>, emit: Emit,
  ): Promise<void> {
    trace.synthesis = await stage('synthesize', async () => {
      const requested = options.synthesis?.pairs ?? 2;
      const pairs: Pair[] = [];
      for (let i = 0; i < requested; i++) {
        await this.#pause(120);
        const pair = pairFor(tools, i);
        pairs.push(pair);
        emit({ type: 'pair', pair, valid: true });
      }
      await this.#pause(80);
      emit({ type: 'pair', pair: { query, calls: trace.baseAnswer.calls }, valid: false, reason: 'copy' });
      return { requested, valid: requested, rejected: { copy: 1 }, pairs };
    });
    trace.training = await stage('train', () => this.#train(options, emit));
    if (options.gate) {
      await stage('gate', () => this.#pause(40));
      trace.gate = { before: -0.9, after: -0.4, canaries: 1, changed: 0, passed: true };
    }
    trace.answer = answerFor(trace.decision, true);
    trace.adapted = true;
    await stage('answer-again', () => this.#say('adapted', trace.answer, emit));
    if (options.keep) {
      const name = options.keep;
      await stage('store', async () => this.store.put(metaOf(name, query, options), peftZip(name)));
      trace.stored = name;
    }
    if (trace.decision.kind !== 'clarify') return;
    const { question } = trace.decision;
    const found = guess(question, tools);
    if (!found) return;
    trace.decision = { kind: 'clarify', question: { ...question, proposals: [found, ...(question.proposals ?? [])] } };
    emit({ type: 'decision', decision: trace.decision });
  }

  async #train(options: AskOptions, emit: Emit): Promise<NonNullable<Trace['training']>> {
    const total = options.adaptation?.steps ?? 10;
    const losses: number[] = [];
    for (let step = 1; step <= total; step++) {
      await this.#pause(60);
      losses.push(loss(step));
      emit({
        type: 'train', step, total, loss: loss(step), gradientNorm: loss(step) / 2, tokensPerSecond: 812 + 9 * (step % 4),
        etaSeconds: (total - step) * 0.06, learningRate: 1e-3 * 0.5 * (1 + Math.cos((Math.PI * step) / total)),
      });
    }
    return { steps: total, losses, parameters: 98_304, tokens: total * 61 };
  }

  async feedback(task: Task, feedback: Feedback, options: AskOptions, emit: Emit): Promise<Taught> {
    const { tools, query } = requestOf(task);
    return this.#turn(async () => {
      if (feedback.verdict === 'wrong') return this.memory.forget(tools, query, options);
      const told = await this.memory.teach(tools, lessonQuery(task), feedback.calls, options);
      const training = await this.#train({ adaptation: { steps: 6 } }, emit);
      const adapter = told.lesson && (await this.memory.remember(tools, told.lesson, { ...options, adaptation: { steps: 6 } }));
      return { ...told, training, adapter, gate: { before: -0.9, after: -0.4, canaries: 0, changed: 0, passed: true } };
    });
  }

  teach(task: Task, calls: ToolCall[], options: AskOptions): Promise<Taught> {
    return this.#turn(() => this.memory.teach(requestOf(task).tools, lessonQuery(task), calls, options));
  }

  lessons(tools: Tool[], options: AskOptions): Promise<Lesson[]> {
    return this.memory.lessons(tools, options);
  }

  forgetLesson(task: Task, options: AskOptions): Promise<Taught> {
    const { tools, query } = requestOf(task);
    return this.#turn(() => this.memory.forget(tools, query, options));
  }

  unlearn(name: string, lesson: number): Promise<Taught> {
    return this.#turn(() => this.memory.unlearn(name, lesson));
  }

  listAdapters(): Promise<AdapterMeta[]> {
    return this.store.list();
  }

  async exportAdapter(name: string): Promise<Uint8Array> {
    const record = await this.store.get(name);
    if (!record) throw fail('AdapterNotFound', `no adapter named \`${name}\` is stored`);
    return record.bytes;
  }

  async importAdapter(name: string, bytes: Uint8Array, { replace, session }: ImportOptions): Promise<AdapterMeta> {
    if (!replace && (await this.store.get(name))) throw fail('InvalidInput', `name \`${name}\`: an adapter of that name is stored`);
    if (bytes[0] !== 0x50 || bytes[1] !== 0x4b) throw fail('AdapterError', 'adapter: the file is not a zip');
    const imported = { ...metaOf(name, '', {}), bytes: bytes.length, marginBefore: null, marginAfter: null };
    if (session) this.brought.add(name);
    else await this.store.put(imported, bytes);
    return imported;
  }

  async renameAdapter(from: string, to: string): Promise<void> {
    const record = await this.store.get(from);
    if (!record) throw fail('AdapterNotFound', `no adapter named \`${from}\` is stored`);
    if (await this.store.get(to)) throw fail('InvalidInput', `name: an adapter \`${to}\` is stored already`);
    await this.store.put({ ...record.meta, name: to }, record.bytes);
    await this.store.delete(from);
  }

  async deleteAdapter(name: string): Promise<void> {
    if (!(await this.store.get(name))) throw fail('AdapterNotFound', `no adapter named \`${name}\` is stored`);
    await this.store.delete(name);
  }

  free(): void {}

  /** One call at a time. */
  async #turn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running) throw fail('Busy', 'the agent is busy with another call; wait for it or cancel it');
    this.#running = true;
    this.#cancelled = false;
    try {
      return await work();
    } finally {
      this.#running = false;
    }
  }

  async #pause(ms: number): Promise<void> {
    await sleep(ms);
    if (this.#cancelled) throw fail('AbortError', 'cancelled by the caller; the base weights are unchanged');
  }

  async #say(answer: AnswerKind, result: Answer, emit: Emit): Promise<void> {
    for (const text of result.text.match(/.{1,12}/gs) ?? []) {
      await this.#pause(10);
      emit({ type: 'token', answer, text });
    }
    emit({ type: 'answer', answer, result });
  }
}

const taught = ({ calls }: Lesson): Decision => (calls.length > 0 ? { kind: 'act', calls } : { kind: 'decline' });

/** The request that a lesson is about: for the answer to a question the one that was asked back about. */
function lessonQuery(task: Task): string {
  const { query, isAnswer } = requestOf(task);
  const earlier = 'messages' in task ? task.messages.filter(({ role }) => role === 'user') : [];
  return (isAnswer && earlier.at(-2)?.content) || query;
}

(globalThis as Record<string, unknown>)[MARKER] = true;
