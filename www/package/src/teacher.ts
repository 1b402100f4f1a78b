import type { Agent } from './agent.ts';
import { AutodidactError } from './errors.ts';
import type { TeacherRequest } from './protocol.ts';

/** A server that speaks OpenAI's chat completions. */
export interface ServerTeacher {
  /** Address up to the version, such as `https://example.com/v1`. */
  url: string;
  /** What the server calls the model. */
  model: string;
  /** Sent as a bearer token. */
  apiKey?: string;
  /** Is shown each request before it leaves the tab: the user’s words and the tools are in it. Nothing is sent without `true`. */
  consent: (request: TeacherRequest, url: string) => boolean | Promise<boolean>;
}

/** Who writes the examples in place of the agent: another agent in this tab, or a server. */
export type Teacher = { agent: Agent } | ServerTeacher;

/** Thrown by a request that was not allowed; its message is told in the trace. */
export const REFUSED = 'the request to the teacher was not allowed';

/** Asks the server, when the user consents. */
export async function complete(teacher: ServerTeacher, request: TeacherRequest, signal?: AbortSignal): Promise<string> {
  const fail = (message: string) => new AutodidactError({ name: 'AutodidactError', code: 'IoError', message });
  const url = `${teacher.url.replace(/\/+$/, '')}/chat/completions`;
  if ((await answered(teacher.consent(request, url), signal)) !== true) throw fail(REFUSED);
  const { prompt, ...sampling } = request;
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...(teacher.apiKey && { Authorization: `Bearer ${teacher.apiKey}` }) },
    body: JSON.stringify({ model: teacher.model, messages: [{ role: 'user', content: prompt }], ...sampling }),
    // Another host was not consented to.
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
    const stop = () => reject(new AutodidactError({ name: 'AbortError', code: 'AbortError', message: 'stopped before the user answered' }));
    if (signal?.aborted) return stop();
    signal?.addEventListener('abort', stop, { once: true });
    Promise.resolve(answer).then(resolve, reject);
  });
}
