import type { RunnableTool } from 'autodidact';

/** The type of a parameter; `enum` names what it may be. */
export type Parameter = 'string' | 'number' | 'integer' | { type: 'string'; enum: readonly string[] };

/** A tool that runs in this page. What `run` gives is a sentence for people. */
export interface LocalTool extends RunnableTool {
  run: (args: Record<string, unknown>) => string;
  /** It has an effect outside of the page: what is asked before. */
  question?: (args: Record<string, unknown>) => string;
}

interface Definition {
  name: string;
  description: string;
  parameters: Record<string, Parameter>;
  /** Parameters that may be left out. */
  optional?: readonly string[];
  run: LocalTool['run'];
  question?: LocalTool['question'];
}

export function localTool({ name, description, parameters, optional = [], run, question }: Definition): LocalTool {
  const properties = Object.fromEntries(Object.entries(parameters).map(([key, type]) => [key, typeof type === 'string' ? { type } : type]));
  const required = Object.keys(properties).filter((key) => !optional.includes(key));
  return { name, description, parameters: { type: 'object', properties, required }, run, ...(question && { question, confirm: true }) };
}

/** A text that is not empty. The menu can be edited, so what a tool is called with is not what its schema says. */
export function textOf(args: Record<string, unknown>, key: string): string {
  const value = args[key];
  if (typeof value === 'string' && value.trim() !== '') return value.trim();
  if (typeof value === 'number') return String(value);
  throw new Error(`“${key}” is missing`);
}

export function optionalText(args: Record<string, unknown>, key: string): string | undefined {
  return args[key] === undefined || args[key] === '' ? undefined : textOf(args, key);
}

export function numberOf(args: Record<string, unknown>, key: string): number {
  const value = typeof args[key] === 'string' ? Number(args[key]) : args[key];
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new Error(`“${key}” is not a number`);
}

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
