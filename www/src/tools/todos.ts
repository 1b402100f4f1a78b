import { isRecord, Kept, listOf } from './kept';
import { find, localTool, textOf } from './local';

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

export const addTodo = localTool({
  name: 'add_todo',
  description: 'Add a to-do',
  parameters: { text: 'string' },
  run: (args) => {
    const text = textOf(args, 'text');
    todos.value = [...todos.value, { id: crypto.randomUUID(), text, done: false }];
    return `To do: ${text}`;
  },
});

export const listTodos = localTool({
  name: 'list_todos',
  description: 'List the to-dos',
  parameters: {},
  run: () => {
    const open = todos.value.filter(isOpen);
    return open.length === 0 ? 'There is nothing to do.' : open.map(({ text }) => text).join('; ');
  },
});

export const closeTodo = localTool({
  name: 'close_todo',
  description: 'Close a to-do',
  parameters: { text: 'string' },
  run: (args) => {
    const todo = find(todos.value.filter(isOpen), ({ text }) => text, textOf(args, 'text'), 'open to-do');
    setDone(todo.id, true);
    return `Finished: ${todo.text}`;
  },
});
