/** Answers in OpenAI's shape. */
import { toCompletionOptions, toOptions, toTask, type ChatOptions, type ChatRequest, type ChatToolCall } from './chat.ts';
import { Run } from './run.ts';
import type { Completion, CompletionOptions, Dialogue, Tool } from './types.ts';

export interface Usage {
  prompt_tokens: number;
  completion_tokens: number;
  total_tokens: number;
  /** Tokens of the prompt that were known from an earlier one: its system text and menu. */
  prompt_tokens_details: { cached_tokens: number };
  extra: { prefill_tokens_per_s: number; decode_tokens_per_s: number; e2e_latency_s: number };
}

export type FinishReason = 'stop' | 'length' | 'tool_calls';

/** What all parts of one answer have in common. */
interface Heading {
  id: string;
  created: number;
  model: string;
}

export interface ChatCompletion extends Heading {
  object: 'chat.completion';
  choices: [{
    index: 0;
    message: { role: 'assistant'; content: string | null; refusal: null; tool_calls?: ChatToolCall[] };
    finish_reason: FinishReason;
    logprobs: null;
  }];
  usage: Usage;
}

export interface ChatCompletionChunk extends Heading {
  object: 'chat.completion.chunk';
  /** Empty in the chunk with the usage. */
  choices: {
    index: 0;
    delta: { role?: 'assistant'; content?: string; tool_calls?: (ChatToolCall & { index: number })[] };
    finish_reason: FinishReason | null;
    logprobs: null;
  }[];
  /** With `include_usage`: null in all chunks but the last. */
  usage?: Usage | null;
}

export interface CreateCompletion {
  (request: ChatRequest & { stream?: false | null }, options?: ChatOptions): Promise<ChatCompletion>;
  (request: ChatRequest & { stream: true }, options?: ChatOptions): Promise<AsyncIterable<ChatCompletionChunk>>;
  (request: ChatRequest, options?: ChatOptions): Promise<ChatCompletion | AsyncIterable<ChatCompletionChunk>>;
}

/** Continues a dialogue; `onText` sees each piece of the text. */
export type Complete = (
  task: Dialogue, options: CompletionOptions, onText: (text: string) => void, signal: AbortSignal | undefined,
) => Promise<Completion>;

/**
 * `chat.completions.create` of an agent that completes dialogues with `complete`; `model` is its name, and `tools` are
 * its own.
 */
export function completionsOf(complete: Complete, model: string, tools: Tool[]): CreateCompletion {
  async function create(
    request: ChatRequest, { signal, adapter }: ChatOptions = {},
  ): Promise<ChatCompletion | AsyncIterable<ChatCompletionChunk>> {
    const options = toCompletionOptions(toOptions(request, adapter));
    // JSON holds no calls: tools that nobody named would only mislead.
    const isJson = typeof options.form === 'object';
    const task = toTask(request, isJson ? [] : tools);
    const heading: Heading = {
      id: `chatcmpl-${crypto.randomUUID()}`, created: Math.floor(Date.now() / 1000), model: request.model ?? model,
    };
    // Without tools, a text that looks like a call is only text.
    const isText = isJson || task.tools.length === 0;
    const run = async (onText: (text: string) => void) => {
      const completion = await complete(task, options, onText, signal);
      completion.answer.calls.splice(isText ? 0 : options.maxCalls ?? Infinity);
      return toCompletion(heading, completion);
    };
    if (!request.stream) return run(() => {});
    return streamed(run, isText, heading, request.stream_options?.include_usage === true);
  }
  return create as CreateCompletion;
}

/**
 * `isText`: it holds no call. The marks of calls are no content: where there may be some, the text is sent when it is
 * known to be one.
 */
function streamed(
  complete: (onText: (text: string) => void) => Promise<ChatCompletion>, isText: boolean, heading: Heading, hasUsage: boolean,
): AsyncIterable<ChatCompletionChunk> {
  const run = new Run<ChatCompletionChunk, void>(async (emit) => {
    const part = { ...heading, object: 'chat.completion.chunk' as const, ...(hasUsage && { usage: null }) };
    const say = (delta: Delta, finish_reason: FinishReason | null = null) =>
      emit({ ...part, choices: [{ index: 0, delta, finish_reason, logprobs: null }] });
    say({ role: 'assistant', content: '' });
    const { choices: [{ message: { content, tool_calls }, finish_reason }], usage } = await complete((text) => isText && say({ content: text }));
    if (tool_calls) say({ tool_calls: tool_calls.map((call, index) => ({ ...call, index })) });
    else if (!isText && content) say({ content });
    say({}, finish_reason);
    if (hasUsage) emit({ ...part, choices: [], usage });
  });
  // Awaiting a run would wait for its end.
  return { [Symbol.asyncIterator]: () => run[Symbol.asyncIterator]() };
}

type Delta = ChatCompletionChunk['choices'][number]['delta'];

function toCompletion(heading: Heading, { answer, cut, promptTokens, knownTokens, completionTokens, prefillSeconds, decodeSeconds }: Completion): ChatCompletion {
  const { calls, text } = answer;
  const tool_calls = calls.map(({ name, arguments: args }, i): ChatToolCall => ({
    id: `${heading.id}-call-${i}`, type: 'function', function: { name, arguments: JSON.stringify(args) },
  }));
  const isText = calls.length === 0;
  return {
    ...heading,
    object: 'chat.completion',
    choices: [{
      index: 0,
      message: { role: 'assistant', content: isText ? text : null, refusal: null, ...(!isText && { tool_calls }) },
      finish_reason: cut ? 'length' : isText ? 'stop' : 'tool_calls',
      logprobs: null,
    }],
    usage: {
      prompt_tokens: promptTokens,
      completion_tokens: completionTokens,
      total_tokens: promptTokens + completionTokens,
      prompt_tokens_details: { cached_tokens: knownTokens },
      extra: {
        prefill_tokens_per_s: (promptTokens - knownTokens) / prefillSeconds,
        decode_tokens_per_s: completionTokens / decodeSeconds,
        e2e_latency_s: prefillSeconds + decodeSeconds,
      },
    },
  };
}
