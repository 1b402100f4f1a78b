import type { AgentClient } from './client.ts';
import type { Run } from './run.ts';
import type { AgentEvent, AskOptions, Lesson, Task, Taught, Tool } from './types.ts';
import type { TaskOptions } from './options.ts';

/** What people taught for a menu of tools, with `feedback`. Needs `memory`. */
export interface Lessons {
  /** Oldest first. */
  list(options?: TaskOptions): Promise<Lesson[]>;
  /** Removes what was taught about a request; adapters that were trained on it are trained anew without it. */
  forget(query: string, options?: TaskOptions): Run<AgentEvent, Taught>;
}

/** How the lessons reach their agent. */
interface Reach {
  client: AgentClient;
  read(options: TaskOptions): { tools: Tool[]; learning: AskOptions };
  first<T>(work: () => Promise<T>): Promise<T>;
  write(learning: AskOptions, options: TaskOptions, work: (emit: (event: AgentEvent) => void) => Promise<Taught>): Run<AgentEvent, Taught>;
}

export function lessonsOf({ client, read, first, write }: Reach): Lessons {
  return {
    list(options = {}) {
      const { tools, learning } = read(options);
      return first(() => client.call('lessons', [tools, learning]));
    },
    forget(query, options = {}) {
      const { tools, learning } = read(options);
      const task: Task = { query, tools };
      return write(learning, options, (emit) => client.call('forgetLesson', [task, learning, emit], options.signal));
    },
  };
}
