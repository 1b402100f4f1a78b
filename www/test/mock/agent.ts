/**
 * A stand-in for the wasm package, with the same exports, events and errors, for the tests of the page. Its numbers are
 * made up. It must never be part of the shipped page: the e2e test looks for this marker there.
 */
import type {
  AdapterMeta, AgentEvent, AgentReport, Answer, AnswerKind, AskOptions, Candidate, Decision, ImportOptions, Learn, Pair, Phase, Query, ScoreReport,
  Tool, ToolCall, Trace,
} from 'autodidact';
import type { CreateOptions } from '../../package/src/wasm';
import { AdapterStore } from './store';
import { peftZip } from './zip';

export const MARKER = 'autodidact-mock-agent';

const FINGERPRINT = 'mock-3f9a1c27';
const MODEL_BYTES = 12_400_000;

type Emit = (event: AgentEvent) => void;

const fail = (code: string, message: string) =>
  Object.assign(new Error(message), { name: code === 'AbortError' ? 'AbortError' : 'AutodidactError', code });
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

export default async function init(): Promise<void> {
  await sleep(50);
}

export function parseTools(json: string): Tool[] {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw fail('InvalidInput', `tool menu: not JSON: ${(error as Error).message}`);
  }
  if (!Array.isArray(value)) throw fail('InvalidInput', 'tool menu: expected a list of tools');
  return value.map((entry: unknown, i) => {
    const tool = (entry as { function?: Tool }).function ?? (entry as Tool);
    if (typeof tool?.name !== 'string' || tool.name === '') throw fail('InvalidInput', `tool menu, tool ${i + 1}: \`name\` is missing`);
    if (value.findIndex((other: Tool) => other.name === tool.name) < i) {
      throw fail('InvalidInput', `tool menu, tool ${i + 1}: the name \`${tool.name}\` stands twice`);
    }
    return { name: tool.name, description: tool.description ?? '', parameters: tool.parameters ?? { type: 'object', properties: {} } };
  });
}

/** Without a decision of the agent the calls of an answer are executed. */
const acting = ({ calls }: Answer): Decision => (calls.length > 0 ? { kind: 'act', calls } : { kind: 'decline' });

export class Agent {
  #running = false;
  #cancelled = false;

  /** Adapters that live as long as the agent. */
  private readonly brought = new Set<string>();

  private constructor(
    private readonly info: AgentReport,
    private readonly store: AdapterStore,
  ) {}

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
    const model = {
      name: 'autodidact-seed (mock)', family: 'llama', parameters: 3_104_256, context: 1024, vocab: 4096,
      fingerprint: FINGERPRINT, bytes: MODEL_BYTES,
    };
    return new Agent({ backend, model }, await AdapterStore.open(options.store ?? 'autodidact-mock'));
  }

  report(): AgentReport {
    return this.info;
  }

  cancel(): void {
    this.#cancelled = this.#running;
  }

  async ask(task: Query, options: AskOptions, emit: Emit): Promise<Trace> {
    if (this.#running) throw fail('Busy', 'the agent is busy with another call; wait for it or cancel it');
    this.#running = true;
    this.#cancelled = false;
    try {
      return await this.#loop(task, options, emit);
    } finally {
      this.#running = false;
    }
  }

  async #loop(task: Query, options: AskOptions, emit: Emit): Promise<Trace> {
    if (task.query.trim() === '') throw fail('InvalidInput', 'query: is empty; write a task');
    if (task.query.includes('mock:crash')) throw new WebAssembly.RuntimeError('unreachable');
    const begun = performance.now();
    const seconds: Record<string, number> = {};
    const stage = async <T>(phase: Phase, work: () => Promise<T>): Promise<T> => {
      await this.#pause(0);
      emit({ type: 'phase', phase });
      const start = performance.now();
      const result = await work();
      seconds[phase.replace('-', '_')] = (performance.now() - start) / 1000;
      return result;
    };

    if (options.adapter && !this.brought.has(options.adapter) && !(await this.store.get(options.adapter))) {
      throw fail('AdapterNotFound', `no adapter named \`${options.adapter}\` is stored`);
    }

    const { learn = { below: 0.95 } } = options;
    const uncertainty = await stage('score', async (): Promise<ScoreReport> => {
      await this.#pause(150);
      const candidates = score(task);
      const [first, second] = candidates.map((c) => c.probability).sort((a, b) => b - a);
      const margin = first! - (second ?? 0);
      const entropy = candidates.reduce((sum, c) => sum - c.probability * c.logProb, 0);
      const threshold = thresholdOf(learn);
      return {
        estimator: 'margin', certainty: margin, margin, threshold, unsure: learn === 'always' || margin < threshold,
        maxProbability: first!, entropy, perplexity: 1.83, candidates,
      };
    });
    emit({ type: 'score', uncertainty });

    const base = answerOf(task, options.adapter !== undefined);
    await stage('answer', () => this.#say('base', base, emit));
    const trace: Trace = {
      backend: this.info.backend.kind, model: this.info.model.name, uncertainty, synthesis: null, training: null,
      baseAnswer: base, answer: base, decision: acting(base), adapted: false, seconds, restored: true, stored: null, note: null,
    };
    const end = async () => {
      await stage('restore', () => this.#pause(30));
      seconds['total'] = (performance.now() - begun) / 1000;
      trace.decision = acting(trace.answer);
      return trace;
    };
    if (!uncertainty.unsure || learn === 'never' || options.dryRun) return end();

    trace.synthesis = await stage('synthesize', async () => {
      const requested = options.synthesis?.pairs ?? 2;
      const pairs: Pair[] = [];
      for (let i = 0; i < requested; i++) {
        await this.#pause(120);
        const pair = pairFor(task, i);
        pairs.push(pair);
        emit({ type: 'pair', pair, valid: true });
      }
      await this.#pause(80);
      emit({ type: 'pair', pair: { query: task.query, calls: base.calls }, valid: false, reason: 'copy' });
      return { requested, valid: requested, rejected: { copy: 1 }, pairs };
    });

    trace.training = await stage('train', async () => {
      const total = options.adaptation?.steps ?? 10;
      const losses: number[] = [];
      for (let step = 1; step <= total; step++) {
        await this.#pause(60);
        const loss = 0.08 + 1.9 * Math.exp(-step / 3.2) + 0.05 * Math.sin(step * 1.7);
        losses.push(loss);
        emit({
          type: 'train', step, total, loss, gradientNorm: loss / 2, tokensPerSecond: 812 + 9 * (step % 4), etaSeconds: (total - step) * 0.06,
          learningRate: 1e-3 * 0.5 * (1 + Math.cos((Math.PI * step) / total)),
        });
      }
      return { steps: total, losses, parameters: 98_304, tokens: total * 61 };
    });

    if (options.gate) {
      await stage('gate', () => this.#pause(40));
      trace.gate = { before: -0.9, after: -0.4, canaries: 1, changed: 0, passed: true };
    }

    trace.answer = answerOf(task, true);
    trace.adapted = true;
    await stage('answer-again', () => this.#say('adapted', trace.answer, emit));

    if (options.keep) {
      const name = options.keep;
      await stage('store', async () => this.store.put(meta(name, task.query, options), peftZip(name)));
      trace.stored = name;
    }
    return end();
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
    const imported = { ...meta(name, '', {}), bytes: bytes.length, marginBefore: null, marginAfter: null };
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

  async #pause(ms: number): Promise<void> {
    await sleep(ms);
    if (this.#cancelled) throw fail('AbortError', 'cancelled by the caller; the base weights are unchanged');
  }

  async #say(answer: AnswerKind, result: Answer, emit: Emit): Promise<void> {
    for (const text of result.text.match(/.{1,6}/gs) ?? []) {
      await this.#pause(15);
      emit({ type: 'token', answer, text });
    }
    emit({ type: 'answer', answer, result });
  }
}

/** The certainty below which the mock learns; where nobody gives one, the agent's default. */
function thresholdOf(learn: Learn): number {
  if (learn === 'always') return 1;
  return typeof learn === 'object' && 'below' in learn ? learn.below : 0.95;
}

/** Made-up log-probabilities: the first tool leads. */
function score(task: Query): Candidate[] {
  const names = [...task.tools.map((tool) => tool.name), null];
  const logs = names.map((name, i) => (name === null ? -5.2 : -0.4 - 0.7 * i));
  const sum = logs.reduce((s, l) => s + Math.exp(l), 0);
  return names.map((name, i) => ({ name, logProb: logs[i]!, probability: Math.exp(logs[i]!) / sum }));
}

function callOf(tool: Tool, words: string[]): ToolCall {
  const properties = Object.entries(tool.parameters.properties ?? {}) as [string, { type?: string }][];
  return {
    name: tool.name,
    arguments: Object.fromEntries(properties.map(([key, { type }], i) => [key, type === 'integer' || type === 'number' ? i + 2 : (words[i] ?? 'home')])),
  };
}

function answerOf(task: Query, adapted: boolean): Answer {
  const tool = task.tools[0];
  const words = task.query.split(/\W+/).filter((word) => /^[A-Z]/.test(word)).slice(adapted ? 1 : 0);
  const calls = tool ? [callOf(tool, words)] : [];
  return { text: calls.length ? `<tool_call>\n${JSON.stringify(calls[0])}\n</tool_call>` : 'No tool fits this.', calls };
}

function pairFor(task: Query, i: number): Pair {
  const queries = ['Please do the same for Lisbon, two of them', 'Could you arrange that for Oslo instead?', 'I need this in Turin, quickly'];
  const tool = task.tools[0];
  return { query: queries[i % queries.length]!, calls: tool ? [callOf(tool, ['Lisbon', 'Oslo', 'Turin'].slice(i % 3))] : [] };
}

function meta(name: string, task: string, options: AskOptions): AdapterMeta {
  return {
    name, baseFingerprint: FINGERPRINT, createdMs: Date.now(), bytes: peftZip(name).length, sha256: '0'.repeat(64), rank: 8, alpha: 16,
    targets: ['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj'], task,
    pairs: options.synthesis?.pairs ?? 2, steps: options.adaptation?.steps ?? 10, marginBefore: 0.41, marginAfter: 0.87,
  };
}

(globalThis as Record<string, unknown>)[MARKER] = true;
