import { invalid } from './errors.ts';
import type { Completion, CompletionForm, CompletionOptions, Message, Tool, ToolCall } from './types.ts';

// Names in OpenAI's shape are OpenAI's.

export interface ChatTool {
  type: 'function';
  function: { name: string; description?: string; parameters?: Tool['parameters'] };
}

export interface ChatToolCall {
  id: string;
  type: 'function';
  function: { name: string; arguments: string };
}

export type ChatMessage =
  | { role: 'system' | 'user'; content: string }
  | { role: 'assistant'; content?: string | null; tool_calls?: ChatToolCall[] }
  | { role: 'tool'; content: string; tool_call_id?: string };

export type ResponseFormat =
  | { type: 'text' }
  | { type: 'json_object' }
  | { type: 'json_schema'; json_schema: { name?: string; schema: object | boolean } };

export interface ChatRequest {
  messages: ChatMessage[];
  tools?: ChatTool[];
  /** `required`: at least one call. `none`: the tools are not shown. */
  tool_choice?: 'auto' | 'none' | 'required';
  response_format?: ResponseFormat;
  stream?: boolean;
  temperature?: number;
  top_p?: number;
  seed?: number;
  max_tokens?: number;
  /** The model's name comes back as it is. */
  model?: string;
}

export interface ChatOptions {
  signal?: AbortSignal;
  /** Apply this stored adapter. */
  adapter?: string;
}

export interface Usage {
  prompt_tokens: number;
  completion_tokens: number;
  total_tokens: number;
  extra: { prefill_tokens_per_s: number; decode_tokens_per_s: number; e2e_latency_s: number };
}

export type FinishReason = 'stop' | 'length' | 'tool_calls';

export interface ChatCompletion {
  id: string;
  object: 'chat.completion';
  created: number;
  model: string;
  choices: [{ index: 0; message: { role: 'assistant'; content: string | null; tool_calls?: ChatToolCall[] }; finish_reason: FinishReason }];
  usage: Usage;
}

export interface ChatCompletionChunk {
  id: string;
  object: 'chat.completion.chunk';
  created: number;
  model: string;
  choices: [{
    index: 0;
    delta: { role?: 'assistant'; content?: string; tool_calls?: (ChatToolCall & { index: number })[] };
    finish_reason: FinishReason | null;
  }];
  /** In the last chunk. */
  usage?: Usage;
}

/** A request as the worker takes it. */
export function toTask({ messages, tools = [], tool_choice = 'auto' }: ChatRequest): { messages: Message[]; tools: Tool[] } {
  const shown = tool_choice === 'none' ? [] : tools;
  return {
    messages: messages.map(toMessage),
    tools: shown.map(({ function: f }) => ({
      name: f.name, description: f.description ?? '', parameters: f.parameters ?? { type: 'object', properties: {} },
    })),
  };
}

function toMessage(message: ChatMessage): Message {
  const content = message.content ?? '';
  if (message.role !== 'assistant' || !message.tool_calls) return { role: message.role, content };
  return { role: 'assistant', content, tool_calls: message.tool_calls.map(toCall) };
}

function toCall({ function: { name, arguments: text } }: ChatToolCall): ToolCall {
  let value: unknown;
  try {
    value = JSON.parse(text || '{}');
  } catch {
    value = null;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalid(`the arguments of the call of \`${name}\` are not a JSON object`);
  }
  return { name, arguments: value as Record<string, unknown> };
}

/** The options in a request, by OpenAI's names. */
export interface RequestOptions {
  form: CompletionForm;
  temperature?: number;
  top_p?: number;
  seed?: number;
  max_tokens?: number;
  adapter?: string;
}

export function toOptions(request: ChatRequest, adapter: string | undefined): RequestOptions {
  const { temperature, top_p, seed, max_tokens } = request;
  return {
    form: form(request),
    ...(temperature !== undefined && { temperature }),
    ...(top_p !== undefined && { top_p }),
    ...(seed !== undefined && { seed }),
    ...(max_tokens !== undefined && { max_tokens }),
    ...(adapter !== undefined && { adapter }),
  };
}

/** The same, as the worker takes them. */
export function toCompletionOptions({ top_p, max_tokens, ...same }: RequestOptions): CompletionOptions {
  return { ...same, ...(top_p !== undefined && { topP: top_p }), ...(max_tokens !== undefined && { maxTokens: max_tokens }) };
}

function form({ tool_choice = 'auto', response_format = { type: 'text' } }: ChatRequest): CompletionForm {
  if (response_format.type === 'text') return tool_choice === 'required' ? 'calls' : 'answer';
  if (tool_choice === 'required') throw invalid('`tool_choice: "required"` and a JSON `response_format` exclude each other');
  return { json: response_format.type === 'json_schema' ? response_format.json_schema.schema : { type: 'object' } };
}

/** What all parts of one answer have in common. */
export interface Heading {
  id: string;
  created: number;
  model: string;
}

export function toUsage({ promptTokens, completionTokens, prefillSeconds, decodeSeconds }: Completion): Usage {
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
    extra: {
      prefill_tokens_per_s: promptTokens / prefillSeconds,
      decode_tokens_per_s: completionTokens / decodeSeconds,
      e2e_latency_s: prefillSeconds + decodeSeconds,
    },
  };
}

const chatCalls = (heading: Heading, calls: ToolCall[]): ChatToolCall[] =>
  calls.map(({ name, arguments: args }, i) => ({
    id: `${heading.id}-call-${i}`, type: 'function', function: { name, arguments: JSON.stringify(args) },
  }));

const finishReason = ({ answer, cut }: Completion): FinishReason =>
  cut ? 'length' : answer.calls.length > 0 ? 'tool_calls' : 'stop';

export function toCompletion(heading: Heading, completion: Completion): ChatCompletion {
  const { calls, text } = completion.answer;
  const message = calls.length > 0
    ? { role: 'assistant' as const, content: null, tool_calls: chatCalls(heading, calls) }
    : { role: 'assistant' as const, content: text };
  return {
    ...heading, object: 'chat.completion',
    choices: [{ index: 0, message, finish_reason: finishReason(completion) }],
    usage: toUsage(completion),
  };
}

type Delta = ChatCompletionChunk['choices'][0]['delta'];

export function chunk(heading: Heading, delta: Delta, finish_reason: FinishReason | null = null): ChatCompletionChunk {
  return { ...heading, object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason }] };
}

/** The end of a stream: its calls, how it ended, what it used. */
export function lastChunk(heading: Heading, completion: Completion): ChatCompletionChunk {
  const calls = chatCalls(heading, completion.answer.calls).map((call, index) => ({ ...call, index }));
  return { ...chunk(heading, calls.length > 0 ? { tool_calls: calls } : {}, finishReason(completion)), usage: toUsage(completion) };
}
