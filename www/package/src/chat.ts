/** Requests in OpenAI's shape, and what the worker takes. Names in that shape are OpenAI's. */
import { invalid } from './errors.ts';
import type { CompletionForm, CompletionOptions, Message, Tool, ToolCall } from './types.ts';

export type ChatContentPart =
  | { type: 'text'; text: string }
  | { type: 'refusal'; refusal: string }
  /** In OpenAI's types, and refused: only text can be read. */
  | { type: 'image_url' | 'input_audio' | 'file' };

type Content = string | ChatContentPart[];

export interface ChatToolCall {
  id: string;
  type: 'function';
  function: { name: string; arguments: string };
}

/** In OpenAI's types, and refused. */
interface Custom {
  type: 'custom';
}

export type ChatMessage =
  /** `developer` is another name of `system`. */
  | { role: 'system' | 'developer' | 'user'; content: Content; name?: string | null }
  | {
    role: 'assistant';
    content?: Content | null;
    refusal?: string | null;
    name?: string | null;
    tool_calls?: (ChatToolCall | Custom)[] | null;
    function_call?: ChatToolCall['function'] | null;
  }
  /** Without `name`, it is that of the call whose id is `tool_call_id`. */
  | { role: 'tool'; content: Content | null; tool_call_id?: string | null; name?: string | null }
  | { role: 'function'; content: Content | null; name: string };

export interface ChatTool {
  type: 'function';
  function: { name: string; description?: string | null; parameters?: Record<string, unknown> | null; strict?: boolean | null };
}

export type ToolChoice =
  /** `required`: at least one call. `none`: the tools are not shown. */
  | 'auto' | 'none' | 'required'
  /** A call of this tool. */
  | { type: 'function'; function: { name: string } }
  /** Only these tools, each named as above. */
  | { type: 'allowed_tools'; allowed_tools: { mode: 'auto' | 'required'; tools: Record<string, unknown>[] } }
  | Custom;

export type ResponseFormat =
  | { type: 'text' }
  | { type: 'json_object' }
  | { type: 'json_schema'; json_schema: { name?: string; description?: string; schema?: object | boolean; strict?: boolean | null } };

/** Fields that cannot change the answer: they are ignored. */
export type IgnoredField =
  | 'metadata' | 'model' | 'prompt_cache_key' | 'prompt_cache_options' | 'prompt_cache_retention' | 'safety_identifier' | 'service_tier'
  | 'store' | 'user';

/** Fields that would change the answer: they are refused, unless they are null or say what is done anyway. */
export type RefusedField =
  | 'audio' | 'frequency_penalty' | 'function_call' | 'functions' | 'logit_bias' | 'logprobs' | 'modalities' | 'moderation' | 'n'
  | 'prediction' | 'presence_penalty' | 'reasoning_effort' | 'top_logprobs' | 'verbosity' | 'web_search_options';

/** A field that is null is absent. */
export interface ChatRequest extends Partial<Record<IgnoredField | RefusedField, unknown>> {
  messages: ChatMessage[];
  /** The agent's own when absent, unless `response_format` asks for JSON. */
  tools?: (ChatTool | Custom)[] | null;
  tool_choice?: ToolChoice | null;
  /** `false`: one call at most. */
  parallel_tool_calls?: boolean | null;
  response_format?: ResponseFormat | null;
  stream?: boolean | null;
  /** `include_usage`: the last chunk has no choices, and the usage. */
  stream_options?: { include_usage?: boolean | null; include_obfuscation?: boolean | null } | null;
  /** 0, the default, always takes the most probable token. */
  temperature?: number | null;
  top_p?: number | null;
  seed?: number | null;
  /** Longest answer, in tokens; 256 when absent. */
  max_completion_tokens?: number | null;
  /** The older name; `max_completion_tokens` comes first. */
  max_tokens?: number | null;
  /** Up to four texts; the answer ends before the first of them. */
  stop?: string | string[] | null;
  /** Comes back as it is. */
  model?: string | null;
}

export interface ChatOptions {
  signal?: AbortSignal;
  /** Apply this stored adapter. */
  adapter?: string;
}

// ---- Fields of a request ----

// What pages send is not always what the types say: here it is read whatever it is.

function need(isRight: unknown, field: string, what: string): asserts isRight {
  if (!isRight) throw invalid(`${field}: ${what}`);
}

type Read<T> = (field: string, value: any) => T;

const reader = <T>(what: string, isRight: (value: any) => boolean): Read<T> => (field, value) => {
  need(isRight(value), field, `it has to be ${what}`);
  return value;
};

const textAt = reader<string>('a text', (value) => typeof value === 'string');
const listAt = reader<any[]>('a list', Array.isArray);
const flagAt = reader<boolean>('true or false', (value) => typeof value === 'boolean');
const numberAt = reader<number>('a number', Number.isFinite);
const countAt = reader<number>('a natural number', (value) => Number.isSafeInteger(value) && value >= 0);
const objectAt = reader<any>('an object', (value) => typeof value === 'object' && value !== null && !Array.isArray(value));
const stopsAt = reader('up to four texts', (value) => [value].flat().every((text, i) => i < 4 && typeof text === 'string' && text !== ''));
const isAny = () => {};

function oneOf(field: string, value: any, ...names: string[]): any {
  need(names.includes(value), field, `it has to be ${names.join(', ')}`);
  return value;
}

/** What reads a field that is not null; or the one value that it may have besides null, as JSON. */
const FIELDS: Record<keyof ChatRequest, Read<unknown> | string> = {
  messages: listAt, tools: listAt, tool_choice: isAny, parallel_tool_calls: flagAt, response_format: objectAt, stream: flagAt,
  stream_options: objectAt, temperature: numberAt, top_p: numberAt, seed: countAt, max_completion_tokens: countAt, max_tokens: countAt,
  stop: stopsAt, model: textAt,
  // What cannot change the answer.
  metadata: isAny, prompt_cache_key: isAny, prompt_cache_options: isAny, prompt_cache_retention: isAny, safety_identifier: isAny,
  service_tier: isAny, store: isAny, user: isAny,
  // What would change it.
  n: '1', logprobs: 'false', top_logprobs: '0', presence_penalty: '0', frequency_penalty: '0', logit_bias: '{}', modalities: '["text"]',
  audio: 'null', prediction: 'null', web_search_options: 'null', moderation: 'null', reasoning_effort: 'null', verbosity: 'null',
  functions: 'null; use `tools`', function_call: 'null; use `tool_choice`',
};

/** The fields that have a value: null is absent. */
const present = (fields: object): any => Object.fromEntries(Object.entries(fields).filter(([, value]) => value != null));

/** The fields of a request. What cannot be honoured is refused by its name, and so is what does not exist. */
function given(request: ChatRequest): ChatRequest {
  const fields = present(request);
  for (const field in fields) {
    need(Object.hasOwn(FIELDS, field), field, 'there is no such field');
    const possible = FIELDS[field as keyof ChatRequest];
    if (typeof possible === 'function') possible(field, fields[field]);
    else need(JSON.stringify(fields[field]) === possible, field, `it can only be ${possible}`);
  }
  return fields;
}

// ---- Messages ----

/** Other names of the same. */
const ROLES: Record<string, Message['role']> = { developer: 'system', function: 'tool' };

function toMessages(messages: any[] = []): Message[] {
  need(messages.length > 0, 'messages', 'there is none');
  /** Names of the functions by the ids of their calls. */
  const called = new Map<unknown, string>();
  return messages.map((message, i): Message => {
    const at = `messages[${i}]`;
    const { role: speaker, content, refusal, tool_calls, function_call, tool_call_id } = objectAt(at, message);
    const role = oneOf(`${at}.role`, ROLES[speaker] ?? speaker, 'system', 'user', 'assistant', 'tool');
    const isAssistant = role === 'assistant';
    // Somebody who asks says something; a call or its result may come without words.
    const said = content ?? (isAssistant ? refusal ?? '' : role === 'tool' ? '' : null);
    const calls = isAssistant ? toCalls(at, tool_calls ?? (function_call ? [{ type: 'function', function: function_call }] : []), called) : [];
    const name = message.name ?? (role === 'tool' ? called.get(tool_call_id) : null);
    // Rust tells what they have to be.
    return present({
      role, content: toText(`${at}.content`, said, isAssistant), tool_calls: calls.length > 0 ? calls : null, name, tool_call_id,
    });
  });
}

/** A text, or the texts of its parts. */
function toText(at: string, content: unknown, isAssistant: boolean): string {
  if (!Array.isArray(content)) return textAt(at, content);
  return content.map((part, i) => {
    const type = oneOf(`${at}[${i}].type`, part?.type, 'text', ...(isAssistant ? ['refusal'] : []));
    return textAt(`${at}[${i}].${type}`, part[type]);
  }).join('');
}

function toCalls(message: string, calls: unknown, called: Map<unknown, string>): ToolCall[] {
  return listAt(`${message}.tool_calls`, calls).map((call, i) => {
    const at = `${message}.tool_calls[${i}]`;
    const { name, arguments: args } = functionAt(at, call);
    called.set(call.id, name);
    return { name, arguments: toArguments(`${at}.function.arguments`, args) };
  });
}

/** What stands under `function`. */
function functionAt(at: string, entry: any): any {
  oneOf(`${at}.type`, entry?.type, 'function');
  textAt(`${at}.function.name`, entry.function?.name);
  return entry.function;
}

/** Nothing at all is no arguments. */
function toArguments(at: string, args: unknown): Record<string, unknown> {
  let value = args;
  try {
    if (typeof args === 'string') value = JSON.parse(args || '{}');
  } catch {
    // It stays a text, which is refused.
  }
  return objectAt(at, value ?? {});
}

// ---- Tools ----

const toTools = (tools: any[]): Tool[] => tools.map((tool, i) => {
  const at = `tools[${i}]`;
  const { name, description, parameters } = functionAt(at, tool);
  return { name, description: textAt(`${at}.function.description`, description ?? ''), parameters: parameters ?? { type: 'object', properties: {} } };
});

/** Whether to call, and which tools may be called; all of them without `names`. */
function choiceOf({ tool_choice: choice = 'auto' }: { tool_choice?: any }): { mode: string; names?: string[] } {
  const { type, allowed_tools } = choice;
  const isOne = type === 'function';
  if (!isOne && type !== 'allowed_tools') return { mode: oneOf('tool_choice', choice, 'auto', 'required', 'none') };
  const { mode, tools } = isOne ? { mode: 'required', tools: [choice] } : objectAt('tool_choice', allowed_tools);
  oneOf('tool_choice', mode, 'auto', 'required');
  return { mode, names: listAt('tool_choice', tools).map((tool) => functionAt('tool_choice', tool).name) };
}

/** The dialogue of a request, as the worker takes it. `own`: the tools where it brings none. */
export function toTask(request: ChatRequest, own: Tool[] = []): { messages: Message[]; tools: Tool[] } {
  const fields = given(request);
  const { mode, names } = choiceOf(fields);
  const all = fields.tools ? toTools(fields.tools) : own;
  for (const name of names ?? []) need(all.some((tool) => tool.name === name), 'tool_choice', `there is no tool \`${name}\``);
  const tools = mode === 'none' ? [] : all.filter(({ name }) => names?.includes(name) ?? true);
  return { messages: toMessages(fields.messages), tools };
}

// ---- Options ----

/** The options in a request, by OpenAI's names. */
export interface RequestOptions {
  form: CompletionForm;
  temperature?: number;
  top_p?: number;
  seed?: number;
  max_tokens?: number;
  max_calls?: number;
  stop?: string[];
  adapter?: string;
}

export function toOptions(request: ChatRequest, adapter: string | undefined): RequestOptions {
  const fields = given(request);
  const { temperature, top_p, seed, max_tokens, max_completion_tokens, parallel_tool_calls, stop, stream, stream_options } = fields;
  need(!stream_options || stream, 'stream_options', 'it needs `stream: true`');
  flagAt('stream_options.include_usage', stream_options?.include_usage ?? false);
  return present({
    form: formOf(fields), temperature, top_p, seed,
    max_tokens: max_completion_tokens ?? max_tokens,
    max_calls: parallel_tool_calls === false ? 1 : null,
    stop: stop?.length ? [stop].flat() : null,
    adapter,
  });
}

/** The same, as the worker takes them. */
export const toCompletionOptions = ({ top_p: topP, max_tokens: maxTokens, max_calls: maxCalls, ...same }: RequestOptions): CompletionOptions =>
  present({ ...same, topP, maxTokens, maxCalls });

function formOf(fields: ChatRequest): CompletionForm {
  const isCall = choiceOf(fields).mode === 'required';
  const { type, json_schema }: any = fields.response_format ?? { type: 'text' };
  if (oneOf('response_format.type', type, 'text', 'json_object', 'json_schema') === 'text') return isCall ? 'calls' : 'answer';
  need(!isCall, 'tool_choice', 'it asks for a call, and `response_format` for JSON');
  const schema = type === 'json_object' ? { type: 'object' } : json_schema?.schema;
  return { json: typeof schema === 'boolean' ? schema : objectAt('response_format.json_schema.schema', schema) };
}
