import { aborted, failure } from './errors.ts';
import type { Asked, Synthesis, SynthesisConfig, TeacherRequest, Tool } from './types.ts';

/** An agent that can write examples for another one. */
export interface TeacherAgent {
  synthesize(asked: Asked, options: TeacherOptions): PromiseLike<Synthesis>;
}

export interface TeacherOptions {
  tools: Tool[];
  synthesis?: SynthesisConfig;
  seed?: number;
  signal?: AbortSignal;
}

/** A server that speaks OpenAI's chat completions. */
export interface ServerTeacher {
  /** Address up to the version, such as `https://example.com/v1`. */
  url: string;
  /** The server's name of the model. */
  model: string;
  /** Sent as a bearer token. */
  apiKey?: string;
  /**
   * Sees each request before it leaves the tab: the user’s words and the tools are in it. Nothing is sent without
   * `true`.
   */
  consent: (request: TeacherRequest, url: string) => boolean | Promise<boolean>;
}

/** Writes the examples in place of the agent: another agent in this tab, or a server. */
export type Teacher = { agent: TeacherAgent } | ServerTeacher;

/** Asks the server, when the user consents. */
export async function askServer(teacher: ServerTeacher, request: TeacherRequest, signal?: AbortSignal): Promise<string> {
  const fail = (message: string) => failure('IoError', message);
  const url = `${teacher.url.replace(/\/+$/, '')}/chat/completions`;
  const consents = await answered(teacher.consent(request, url), signal);
  if (consents !== true) throw fail('the request to the teacher was not allowed');
  const { prompt, temperature, topP, maxTokens, seed } = request;
  const messages = [{ role: 'user', content: prompt }];
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...(teacher.apiKey && { Authorization: `Bearer ${teacher.apiKey}` }) },
    body: JSON.stringify({ model: teacher.model, messages, temperature, top_p: topP, max_tokens: maxTokens, seed }),
    // The user consented to this host alone.
    redirect: 'error',
    ...(signal && { signal }),
  });
  if (!response.ok) throw fail(`${url}: status ${response.status}`);
  const content = (await response.json())?.choices?.[0]?.message?.content;
  if (typeof content !== 'string') throw fail(`${url}: the reply holds no message`);
  return content;
}

/** The answer of the user, unless the task is stopped before. */
export function answered<T>(answer: T | Promise<T>, signal?: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(aborted('stopped before the user answered'));
    if (signal?.aborted) return stop();
    signal?.addEventListener('abort', stop, { once: true });
    Promise.resolve(answer).then(resolve, reject);
  });
}
