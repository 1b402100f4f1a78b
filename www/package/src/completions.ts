import {
  chunk, lastChunk, toCompletion, toCompletionOptions, toOptions, toTask,
  type ChatCompletion, type ChatCompletionChunk, type ChatOptions, type ChatRequest, type Heading,
} from './chat.ts';
import { Run } from './run.ts';
import type { Completion, CompletionOptions, Dialogue } from './types.ts';

export interface CreateCompletion {
  (request: ChatRequest & { stream: true }, options?: ChatOptions): Promise<AsyncIterable<ChatCompletionChunk>>;
  (request: ChatRequest & { stream?: false }, options?: ChatOptions): Promise<ChatCompletion>;
}

/** Continues a dialogue; `onText` sees each piece of the text. */
export type Complete = (
  task: Dialogue, options: CompletionOptions, onText: (text: string) => void, signal: AbortSignal | undefined,
) => Promise<Completion>;

/** `chat.completions.create` of an agent that completes dialogues with `complete`; `model` is its name. */
export function completionsOf(complete: Complete, model: string): CreateCompletion {
  async function create(
    request: ChatRequest, { signal, adapter }: ChatOptions = {},
  ): Promise<ChatCompletion | AsyncIterable<ChatCompletionChunk>> {
    const id = `chatcmpl-${crypto.randomUUID()}`;
    const heading: Heading = { id, created: Math.floor(Date.now() / 1000), model: request.model ?? model };
    const [task, options] = [toTask(request), toCompletionOptions(toOptions(request, adapter))];
    const run = (onText: (text: string) => void) => complete(task, options, onText, signal);
    return request.stream ? streamed(run, heading, task.tools.length === 0) : toCompletion(heading, await run(() => {}));
  }
  return create as CreateCompletion;
}

/**
 * `isText`: there are no tools. The marks of calls are no content: with tools, the text is sent when it is known to be
 * one.
 */
function streamed(
  complete: (onText: (text: string) => void) => Promise<Completion>, heading: Heading, isText: boolean,
): AsyncIterable<ChatCompletionChunk> {
  const run = new Run<ChatCompletionChunk, void>(async (emit) => {
    emit(chunk(heading, { role: 'assistant', content: '' }));
    const completion = await complete((text) => isText && emit(chunk(heading, { content: text })));
    const { calls, text } = completion.answer;
    if (!isText && calls.length === 0 && text !== '') emit(chunk(heading, { content: text }));
    emit(lastChunk(heading, completion));
  });
  // Awaiting a run would wait for its end.
  return { [Symbol.asyncIterator]: () => run[Symbol.asyncIterator]() };
}
