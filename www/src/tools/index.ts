import type { RunnableTool, Tool, ToolCall } from 'autodidact';
import { confirmed } from '../ui/confirm';
import { calculate } from './calculator';
import { addEvent } from './events';
import type { LocalTool } from './local';
import { addNote, listNotes } from './notes';
import { setTheme } from './theme';
import { cancelTimer, setTimer } from './timers';
import { addTodo, closeTodo, listTodos } from './todos';
import { convertUnits } from './units';

/** The tools that run in this page. */
export const localTools: readonly LocalTool[] = [
  setTimer, cancelTimer, addNote, listNotes, addTodo, listTodos, closeTodo, calculate, convertUnits, addEvent, setTheme,
];

/** The same, as the model sees them. */
export const localMenu: readonly Tool[] = localTools.map(({ name, description, parameters }) => ({ name, description, parameters }));

const local = new Map(localTools.map((tool) => [tool.name, tool]));

/** The tool of that name, where it runs in this page. */
export const pageTool = (name: string): LocalTool | undefined => local.get(name);

export const isLocal = (name: string): boolean => local.has(name);

/** A menu whose tools run where the page has one of that name. */
export const runnable = (menu: readonly Tool[]): RunnableTool[] =>
  menu.map((tool) => {
    const own = local.get(tool.name);
    return own ? { ...tool, run: own.run, confirm: own.confirm ?? false } : tool;
  });

/** Asks the user about a call with an effect outside of the page. */
export async function confirmCall(call: ToolCall, { signal }: { signal: AbortSignal | undefined }): Promise<boolean> {
  const question = local.get(call.name)?.question;
  return question !== undefined && confirmed(question(call.arguments), 'Download', 'primary', signal);
}
