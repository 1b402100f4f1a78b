/** How the mock reads a request: by a few rules over words, numbers and dates, and nothing like a model. */
import type { Decision, Dialogue, Gap, Proposal, Query, Task, Tool, ToolCall } from 'autodidact';

/** Words that name no tool. */
const COMMON = new Set(['a', 'an', 'the', 'to', 'of', 'for', 'from', 'one', 'another', 'in', 'it', 'is', 'me', 'my', 'that', 'and', 'value', 'text', 'unit']);

type Property = { type?: string; enum?: string[] };

/** A request with what was said before it. */
export interface Request {
  query: string;
  /** All words that it is read from: behind the request that was asked back about, where it answers. */
  text: string;
  /** The last call before it. */
  before: ToolCall | undefined;
  isAnswer: boolean;
  tools: Tool[];
}

export function requestOf(task: Task): Request {
  if ('query' in task) return { query: (task as Query).query, text: (task as Query).query, before: undefined, isAnswer: false, tools: task.tools };
  const { messages, tools } = task as Dialogue;
  const query = messages.at(-1)?.content ?? '';
  const earlier = messages.slice(0, -1);
  const spoken = earlier.findLast(({ role }) => role === 'assistant');
  const isAnswer = spoken !== undefined && !spoken.tool_calls?.length && spoken.content.endsWith('?');
  const asked = earlier.findLast(({ role }) => role === 'user')?.content ?? '';
  return { query, text: isAnswer ? `${asked} ${query}` : query, before: isAnswer ? undefined : spoken?.tool_calls?.at(-1), isAnswer, tools };
}

/** How many turns of the user a task has. */
export const turnsOf = (task: Task): number => ('query' in task ? 1 : (task as Dialogue).messages.filter(({ role }) => role === 'user').length);

export function decide(request: Request): Decision {
  const scored = request.tools.map((tool) => ({ tool, score: score(tool, request) })).filter(({ score }) => score > 0);
  const best = Math.max(0, ...scored.map(({ score }) => score));
  const leading = scored.filter(({ score }) => score === best).map(({ tool }) => draft(tool, request));
  const [only] = leading;
  if (!only) return { kind: 'decline' };
  const whole = leading.filter(({ gaps }) => gaps.length === 0);
  if (leading.length > 1 && whole.length > 1) {
    const proposals = whole.slice(0, 3).map(({ call }) => proposal(request.tools, [call]));
    return { kind: 'clarify', question: { text: 'Which of these do you mean?', proposals } };
  }
  const { call, gaps } = whole[0] ?? only;
  if (gaps.length === 0) return { kind: 'act', calls: [call] };
  return { kind: 'clarify', question: { text: gaps.map(({ argument }) => questionFor(argument)).join(' '), call, gaps } };
}

/** A call that practice might find for a question: what is missing is guessed. */
export function guess({ call, gaps = [], proposals = [] }: { call?: ToolCall; gaps?: Gap[]; proposals?: Proposal[] }, tools: Tool[]): Proposal | null {
  const base = call ?? proposals[0]?.calls[0];
  const tool = base && tools.find(({ name }) => name === base.name);
  if (!tool) return null;
  const filled = gaps.map(({ argument }) => [argument, isNumber(propertiesOf(tool)[argument]) ? 2 : 'home']);
  return proposal(tools, [{ name: tool.name, arguments: { ...base.arguments, ...Object.fromEntries(filled) } }]);
}

export function proposal(tools: Tool[], calls: ToolCall[]): Proposal {
  const one = ({ name, arguments: args }: ToolCall) => {
    const shown = Object.entries(args).map(([key, value]) => `${key}: ${String(value)}`);
    return `${tools.find((tool) => tool.name === name)?.description ?? name}${shown.length > 0 ? ` (${shown.join(', ')})` : ''}`;
  };
  return { text: `${calls.map(one).join(', and then ')}?`, calls };
}

const questionFor = (argument: string): string => (argument.endsWith('s') ? `How many ${argument}?` : `What is the ${argument}?`);

const propertiesOf = (tool: Tool): Record<string, Property> => (tool.parameters.properties ?? {}) as Record<string, Property>;

const isNumber = (property: Property | undefined): boolean => property?.type === 'integer' || property?.type === 'number';

/** It speaks of what was done. */
const isChange = (text: string): boolean => /\b(?:that|it|instead)\b/i.test(text);

const wordsOf = (text: string): string[] => text.toLowerCase().match(/[a-z]+/g) ?? [];

/** Words that a tool and the request share, and values that only this tool takes. */
function score(tool: Tool, { text, before }: Request): number {
  const own = new Set([...wordsOf(`${tool.name.replaceAll('_', ' ')} ${tool.description}`), ...Object.keys(propertiesOf(tool))].filter((word) => !COMMON.has(word)));
  const shared = new Set(wordsOf(text).filter((word) => own.has(word))).size;
  const values = Object.entries(propertiesOf(tool)).filter(([name, property]) =>
    property.enum?.some((member) => wordsOf(text).includes(member)) || (['expression', 'date', 'time'].includes(name) && valueOf(name, property, text, tool) !== undefined)).length;
  // A change of the last call needs no word of the tool.
  const changes = isChange(text) && before?.name === tool.name && Object.keys(propertiesOf(tool)).some((name) => wordsOf(text).includes(name)) ? 1 : 0;
  return shared + 2 * values + changes;
}

function draft(tool: Tool, { text, before }: Request): { call: ToolCall; gaps: Gap[] } {
  const known = isChange(text) && before?.name === tool.name ? before.arguments : {};
  const args: Record<string, unknown> = {};
  for (const [name, property] of Object.entries(propertiesOf(tool))) {
    const value = valueOf(name, property, text, tool) ?? known[name];
    if (value !== undefined) args[name] = value;
  }
  const gaps = (tool.parameters.required ?? []).filter((name) => args[name] === undefined).map((argument): Gap => ({ argument, why: 'missing' }));
  return { call: { name: tool.name, arguments: args }, gaps };
}

/** The value of an argument, where the words have one. */
function valueOf(name: string, property: Property, text: string, tool: Tool): unknown {
  const said = new RegExp(`\\b${name}:? ([^,]+)`, 'i').exec(text)?.[1]?.trim();
  if (property.enum) return property.enum.find((member) => wordsOf(text).includes(member));
  if (isNumber(property)) {
    const number = /^\d+/.exec(said ?? '')?.[0] ?? /(?<![-:.\d])\d+(?![-:\d])/.exec(text)?.[0];
    return number === undefined ? undefined : Number(number);
  }
  const first = (pattern: RegExp) => pattern.exec(text)?.[1]?.trim();
  switch (name) {
    case 'expression': return first(/(\d+(?:\s*[-+*/]\s*\d+)+)/);
    case 'date': return first(/\b(\d{4}-\d{2}-\d{2})\b/);
    case 'time': return first(/\b(\d{1,2}:\d{2})\b/);
    case 'title': return first(/^(.+?) on /);
    case 'label': return first(/\bfor (?:the |my )?([a-z]+)/i) ?? first(/\bthe (\w+) timer/i);
    case 'text': return first(/\bsaying (.+)$/i) ?? (rest(text, tool) || undefined);
    default: return said ?? text.match(/\b[A-Z]\w+/g)?.at(1);
  }
}

/** The words that are not the tool's. */
const rest = (text: string, tool: Tool): string => {
  const own = new Set(wordsOf(`${tool.name.replaceAll('_', ' ')} ${tool.description}`));
  return text.split(/\s+/).filter((word) => !own.has(word.toLowerCase()) && !COMMON.has(word.toLowerCase())).join(' ');
};
