/** Numbers and examples that stand in for the model's. */
import type { AdapterMeta, Answer, AskOptions, Candidate, Decision, Learn, Pair, ScoreReport, Tool, ToolCall } from 'autodidact';
import { peftZip } from './zip';

export const FINGERPRINT = 'mock-3f9a1c27';

/** The certainty below which the mock is unsure; where nobody gives one, the agent's default. */
function thresholdOf(learn: Learn): number {
  if (learn === 'always') return 1;
  return typeof learn === 'object' && 'below' in learn ? learn.below : 0.95;
}

/** Log-probabilities in which the first tool leads. */
function candidatesOf(tools: readonly Tool[]): Candidate[] {
  const names = [...tools.map((tool) => tool.name), null];
  const logs = names.map((name, i) => (name === null ? -5.2 : -0.4 - 0.7 * i));
  const sum = logs.reduce((s, l) => s + Math.exp(l), 0);
  return names.map((name, i) => ({ name, logProb: logs[i]!, probability: Math.exp(logs[i]!) / sum }));
}

export function score(tools: readonly Tool[], learn: Learn): ScoreReport {
  const candidates = candidatesOf(tools);
  const [first, second] = candidates.map((c) => c.probability).sort((a, b) => b - a);
  const margin = first! - (second ?? 0);
  const threshold = thresholdOf(learn);
  return {
    estimator: 'margin', certainty: margin, margin, threshold, unsure: learn === 'always' || margin < threshold, maxProbability: first!,
    entropy: candidates.reduce((sum, c) => sum - c.probability * c.logProb, 0), perplexity: 1.83, candidates,
  };
}

/** What the model would have written for a decision. `isLearned`: after training, or with an adapter. */
export function answerFor(decision: Decision, isLearned: boolean): Answer {
  const calls = decision.kind === 'act' ? decision.calls : decision.kind === 'clarify' && decision.question.call ? [decision.question.call] : [];
  const written = isLearned ? calls.map(({ name, arguments: args }) => ({ name, arguments: { ...args } })) : calls;
  if (calls.length === 0) return { text: isLearned ? 'No tool of these fits this.' : 'No tool fits this.', calls };
  return { text: `<tool_call>\n${JSON.stringify(written[0], null, isLearned ? 1 : 0)}\n</tool_call>`, calls: written };
}

export const loss = (step: number): number => 0.08 + 1.9 * Math.exp(-step / 3.2) + 0.05 * Math.sin(step * 1.7);

export function pairFor(tools: readonly Tool[], i: number): Pair {
  const queries = ['Please do the same for Lisbon, two of them', 'Could you arrange that for Oslo instead?', 'I need this in Turin, quickly'];
  const tool = tools[0];
  return { query: queries[i % queries.length]!, calls: tool ? [callOf(tool, ['Lisbon', 'Oslo', 'Turin'].slice(i % 3))] : [] };
}

function callOf(tool: Tool, words: string[]): ToolCall {
  const properties = Object.entries(tool.parameters.properties ?? {}) as [string, { type?: string }][];
  return {
    name: tool.name,
    arguments: Object.fromEntries(properties.map(([key, { type }], i) => [key, type === 'integer' || type === 'number' ? i + 2 : (words[i] ?? 'home')])),
  };
}

export function metaOf(name: string, task: string, options: AskOptions): AdapterMeta {
  return {
    name, baseFingerprint: FINGERPRINT, createdMs: Date.now(), bytes: peftZip(name).length, sha256: '0'.repeat(64), rank: 8, alpha: 16,
    targets: ['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj'], task,
    pairs: options.synthesis?.pairs ?? 2, steps: options.adaptation?.steps ?? 10, marginBefore: 0.41, marginAfter: 0.87,
  };
}
