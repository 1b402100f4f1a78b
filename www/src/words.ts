/** Calls and their results in plain words. */
import type { ToolCall, ToolResult } from 'autodidact';
import { pageTool } from './tools';
import { sentence } from './ui/format';

const shown = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** The name of a tool or an argument as words: `nightsAway` and `nights_away` are "nights away". */
export const plainName = (name: string): string => name.replace(/([a-z\d])([A-Z])/g, '$1 $2').replace(/[_\-.:/]+/g, ' ').toLowerCase();

/** A call: "find_hotel (city: Lisbon, nights: 3)". */
export function callInWords({ name, arguments: args }: ToolCall): string {
  const all = Object.entries(args).map(([key, value]) => `${plainName(key)}: ${shown(value)}`);
  return all.length === 0 ? name : `${name} (${all.join(', ')})`;
}

/** What calls ask for, so that it can stand in a sentence: "a timer, 20 minutes". */
export const meaning = (calls: readonly ToolCall[]): string =>
  calls.map((call) => pageTool(call.name)?.means(call.arguments) ?? callInWords(call)).join(', and ');

/** What a lesson says. */
export const lessonInWords = (query: string, calls: readonly ToolCall[]): string =>
  calls.length === 0 ? `“${query}” is for none of the tools.` : sentence(`“${query}” means ${meaning(calls)}`);

/** What became of a call, in a sentence. */
export function resultInWords({ call, status, value, error }: ToolResult): string {
  switch (status) {
    case 'done':
      return pageTool(call.name)?.says(value) ?? sentence(shown(value));
    case 'failed':
      return sentence(`That did not work: ${error ?? 'the reason is unknown'}`);
    case 'refused':
      return 'You did not allow it, so nothing was done.';
    case 'not-runnable':
      return `Would call ${callInWords(call)}. This page has no such tool, so nothing was done.`;
  }
}
