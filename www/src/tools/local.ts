import type { RunnableTool } from 'autodidact';

/** The type of a parameter; `enum` names what it may be. */
export type Parameter = 'string' | 'number' | 'integer' | { type: 'string'; enum: readonly string[] };

type Arguments = Record<string, unknown>;

/** A tool that runs in this page. `Result` is what a call of it gives. */
interface Definition<Result> {
  name: string;
  description: string;
  parameters: Record<string, Parameter>;
  /** Parameters that may be left out. */
  optional?: readonly string[];
  run: (args: Arguments) => Result;
  /** The result in a sentence. */
  says: (result: Result) => string;
  /** What a call asks for, so that it can stand in a sentence: "a timer, 20 minutes". */
  means: (args: Arguments) => string;
  /**
   * Takes back what a call did, and says what is left for the user to do, if anything. Throws where nothing can be taken
   * back any more. Absent where a call changes nothing.
   */
  undo?: (result: Result) => string | void;
  /** It has an effect outside of the page: what is asked before. */
  question?: (args: Arguments) => string;
}

/** The same for those who have results of any tool. */
export interface LocalTool extends RunnableTool, Pick<Definition<unknown>, 'says' | 'means' | 'undo' | 'question'> {
  run: (args: Arguments) => unknown;
}

export function localTool<Result>({ name, description, parameters, optional = [], run, says, means, undo, question }: Definition<Result>): LocalTool {
  const properties = Object.fromEntries(Object.entries(parameters).map(([key, type]) => [key, typeof type === 'string' ? { type } : type]));
  const required = Object.keys(properties).filter((key) => !optional.includes(key));
  return {
    name, description, parameters: { type: 'object', properties, required }, run, means,
    says: (result) => says(result as Result),
    ...(undo && { undo: (result) => undo(result as Result) }),
    ...(question && { question, confirm: true }),
  };
}

/** A text that is not empty. The menu can be edited, so what a tool is called with is not what its schema says. */
export function textOf(args: Arguments, key: string): string {
  const value = args[key];
  if (typeof value === 'string' && value.trim() !== '') return value.trim();
  if (typeof value === 'number') return String(value);
  throw new Error(`“${key}” is missing`);
}

export function optionalText(args: Arguments, key: string): string | undefined {
  return args[key] === undefined || args[key] === '' ? undefined : textOf(args, key);
}

export function numberOf(args: Arguments, key: string): number {
  const value = typeof args[key] === 'string' ? Number(args[key]) : args[key];
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new Error(`“${key}” is not a number`);
}

/** An argument as it is shown, whatever it is. */
export const shown = (args: Arguments, key: string): string => String(args[key] ?? '?');

/** The entry that a person means: the one of that text, else the only one that holds it. */
export function find<T>(entries: readonly T[], label: (entry: T) => string, wanted: string, kind: string): T {
  const low = wanted.toLowerCase();
  const exact = entries.find((entry) => label(entry).toLowerCase() === low);
  if (exact) return exact;
  const near = entries.filter((entry) => label(entry).toLowerCase().includes(low));
  if (near.length > 1) throw new Error(`more than one ${kind} has “${wanted}” in it`);
  if (!near[0]) throw new Error(`there is no ${kind} “${wanted}”`);
  return near[0];
}
