/**
 * Requests that are written with the types of OpenAI's own client can be given to `agent.chat.completions.create`, and
 * what comes back can be used where that client's answers are wanted: what does not fit fails `npm run check`.
 */
import type { Agent, ChatCompletion, ChatMessage } from 'autodidact';
import type { OpenAI } from 'openai';

type Api = OpenAI.Chat.Completions.ChatCompletionCreateParams;
type Create = Agent['chat']['completions']['create'];

declare const create: Create;

export const whole: (request: OpenAI.ChatCompletionCreateParamsNonStreaming) => Promise<OpenAI.ChatCompletion> = create;
export const streamed: (request: OpenAI.ChatCompletionCreateParamsStreaming) => Promise<AsyncIterable<OpenAI.ChatCompletionChunk>> = create;
export const either: (request: Api) => Promise<OpenAI.ChatCompletion | AsyncIterable<OpenAI.ChatCompletionChunk>> = create;

/** An answer, ours or theirs, is a message of the next request, ours or theirs. */
export const next = (ours: ChatCompletion, theirs: OpenAI.ChatCompletion): [ChatMessage[], OpenAI.ChatCompletionMessageParam[]] => {
  const messages = [ours.choices[0].message, ...theirs.choices.map(({ message }) => message)];
  return [messages, messages];
};

/** As one writes it by hand. */
export const written = async (): Promise<string | null> => {
  const stream = await create({
    messages: [
      { role: 'developer', content: [{ type: 'text', text: 'Be brief.' }] },
      { role: 'assistant', tool_calls: [{ id: 'a', type: 'function', function: { name: 'ping', arguments: '{}' } }] },
      { role: 'tool', tool_call_id: 'a', content: 'pong' },
    ],
    tools: [{ type: 'function', function: { name: 'ping', parameters: { type: 'object', properties: {} } } }],
    tool_choice: { type: 'allowed_tools', allowed_tools: { mode: 'auto', tools: [{ type: 'function', function: { name: 'ping' } }] } },
    stream: true,
    stream_options: { include_usage: true },
  });
  for await (const { choices, usage } of stream) if (usage) return choices[0]?.delta.content ?? null;
  // @ts-expect-error -- there is no such field
  const { choices: [{ message }] } = await create({ messages: [{ role: 'user', content: 'Hello' }], max_token: 7 });
  return message.content;
};
