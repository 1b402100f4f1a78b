import type { ToolCall } from 'autodidact';
import { h } from './dom';

/** A call in the way programmers read it: `set_timer(minutes: 9, label: "pasta")`. */
export function callView(call: ToolCall): HTMLElement {
  const code = h('code', { class: 'call' }, h('b', {}, call.name), '(');
  Object.entries(call.arguments).forEach(([name, value], i) => {
    code.append(i > 0 ? ', ' : '', h('span', { class: 'argument' }, name), ': ', JSON.stringify(value));
  });
  code.append(')');
  return code;
}

/** The calls of an answer, or the plain statement that there is none. */
export function callsView(calls: ToolCall[]): HTMLElement {
  if (calls.length === 0) return h('p', { class: 'no-call' }, 'No call');
  return h('div', { class: 'calls' }, ...calls.map(callView));
}

/** Equal up to the order of the arguments. */
export function sameCalls(a: ToolCall[], b: ToolCall[]): boolean {
  return canonical(a) === canonical(b);
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([x], [y]) => (x < y ? -1 : 1)))
      : inner,
  );
}
