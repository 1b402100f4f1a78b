import { sentence } from '../ui/format';
import { isRecord, Kept, listOf } from './kept';
import { find, localTool, shown, textOf } from './local';
import { takeOut } from './take-out';

export interface Todo {
  id: string;
  text: string;
  done: boolean;
}

export const todos = new Kept<Todo[]>('todos', listOf((entry): entry is Todo =>
  isRecord(entry) && typeof entry['id'] === 'string' && typeof entry['text'] === 'string' && typeof entry['done'] === 'boolean'));

export function removeTodo(id: string): void {
  todos.value = todos.value.filter((todo) => todo.id !== id);
}

export function setDone(id: string, done: boolean): void {
  todos.value = todos.value.map((todo) => (todo.id === id ? { ...todo, done } : todo));
}

const isOpen = ({ done }: Todo) => !done;

export const addTodo = localTool<Todo>({
  name: 'add_todo',
  description: 'Add a to-do',
  parameters: { text: 'string' },
  run: (args) => {
    const todo = { id: crypto.randomUUID(), text: textOf(args, 'text'), done: false };
    todos.value = [...todos.value, todo];
    return todo;
  },
  says: ({ text }) => sentence(`To-do added: ${text}`),
  means: (args) => `a to-do: ${shown(args, 'text')}`,
  undo: (todo) => takeOut(todos, todo, 'to-do'),
});

export const listTodos = localTool<string[]>({
  name: 'list_todos',
  description: 'List the to-dos',
  parameters: {},
  run: () => todos.value.filter(isOpen).map(({ text }) => text),
  says: (open) => (open.length === 0 ? 'There is nothing to do.' : sentence(`Still to do: ${open.join('; ')}`)),
  means: () => 'a look at the to-dos',
});

export const closeTodo = localTool<Todo>({
  name: 'close_todo',
  description: 'Close a to-do',
  parameters: { text: 'string' },
  run: (args) => {
    const todo = find(todos.value.filter(isOpen), ({ text }) => text, textOf(args, 'text'), 'open to-do');
    setDone(todo.id, true);
    return todo;
  },
  says: ({ text }) => sentence(`Ticked off: ${text}`),
  means: (args) => `ticking off “${shown(args, 'text')}”`,
  undo: ({ id }) => {
    if (!todos.value.some((todo) => todo.id === id)) throw new Error('the to-do is gone already');
    setDone(id, false);
  },
});
