import type { ToolCall, ToolResult } from 'autodidact';
import { isLocal } from '../tools';
import { h, need } from './dom';
import { sentence } from './format';

/** What became of the calls of the answer that stands. */
export class ToolResults {
  readonly #list = need('tool-results');

  clear(): void {
    this.#list.replaceChildren();
  }

  add({ call, status, value, error }: ToolResult): void {
    switch (status) {
      case 'done':
        return this.#show(status, 'Done', call.name, sentence(String(value)));
      case 'failed':
        return this.#show(status, 'Error', call.name, sentence(error ?? 'unknown'));
      case 'refused':
        return this.#show(status, 'Refused', call.name, 'You did not allow it, so nothing was done.');
      case 'not-runnable':
        return this.#show(status, 'Not run', call.name, isLocal(call.name) ? 'Its arguments do not fit.' : 'An example that is only shown: nothing was done.');
    }
  }

  /** The calls of an answer of which none was executed. */
  notRun(calls: readonly ToolCall[]): void {
    for (const call of calls) this.add({ call, status: 'not-runnable' });
  }

  #show(status: ToolResult['status'], verdict: string, name: string, text: string): void {
    this.#list.append(h('li', { 'data-status': status }, h('b', {}, `${verdict}: `), h('code', {}, name), ` – ${text}`));
  }
}
