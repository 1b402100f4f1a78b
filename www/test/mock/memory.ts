/** What the mock is taught: lessons by menu, and an adapter for each that was trained on. */
import type { AdapterMeta, AskOptions, Lesson, Taught, Tool, ToolCall } from 'autodidact';
import { fail } from './fail';
import { metaOf } from './made-up';
import type { Store } from './store';
import { peftZip } from './zip';

const NOTHING: Taught = { lesson: null, forgotten: [], adapter: null, training: null, gate: null, rolledBack: null, note: null };

const menuOf = (tools: readonly Tool[]): string => tools.map(({ name }) => name).sort().join(' ');

/** The same request, however it is written. */
const plain = (query: string): string => query.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, ' ').trim();

export class Memory {
  /** Lessons that live as long as the agent. */
  readonly #session = new Map<string, Lesson[]>();

  constructor(private readonly store: Store) {}

  async lessons(tools: readonly Tool[], { memory }: AskOptions): Promise<Lesson[]> {
    const menu = menuOf(tools);
    if (!memory || memory.mode === 'reset') return [];
    return memory.mode === 'keep' ? this.store.lessons(menu) : (this.#session.get(menu) ?? []);
  }

  /** The lesson for a request. */
  async find(tools: readonly Tool[], query: string, options: AskOptions): Promise<Lesson | undefined> {
    return (await this.lessons(tools, options)).find((lesson) => plain(lesson.query) === plain(query));
  }

  async teach(tools: readonly Tool[], query: string, calls: ToolCall[], options: AskOptions): Promise<Taught> {
    if (!options.memory || options.memory.mode === 'reset') throw fail('InvalidInput', 'memory: feedback needs a memory to learn into; choose `session` or `keep`');
    const unknown = calls.find(({ name }) => tools.every((tool) => tool.name !== name));
    if (unknown) throw fail('InvalidInput', `calls: \`${unknown.name}\` is no tool of the menu`);
    const lesson: Lesson = { query, calls, source: 'user', createdMs: Date.now() };
    const others = (await this.lessons(tools, options)).filter((other) => plain(other.query) !== plain(query));
    await this.#put(tools, [...others, lesson], options);
    return { ...NOTHING, lesson };
  }

  /** Keeps an adapter that was trained on a lesson. */
  async remember(tools: readonly Tool[], lesson: Lesson, options: AskOptions): Promise<AdapterMeta> {
    const cluster = `memory-${plain(lesson.query).replaceAll(' ', '-')}`;
    const name = `${cluster}.v1`;
    const memory = { cluster, version: 1, menu: menuOf(tools), tools: [...tools], heldBack: null, usedMs: Date.now(), uses: 0 };
    const meta = { ...metaOf(name, lesson.query, options), pairs: 1, lessons: [lesson], memory };
    await this.store.put(meta, peftZip(name));
    return meta;
  }

  /** Forgets a lesson, and the adapters that were trained on it. */
  async forget(tools: readonly Tool[], query: string, options: AskOptions): Promise<Taught> {
    const all = await this.lessons(tools, options);
    const gone = all.filter((lesson) => plain(lesson.query) === plain(query));
    await this.#put(tools, all.filter((lesson) => !gone.includes(lesson)), options);
    let rolledBack: string | null = null;
    for (const { name, lessons = [] } of await this.store.list()) {
      if (!lessons.some((lesson) => plain(lesson.query) === plain(query))) continue;
      await this.store.delete(name);
      rolledBack = name;
    }
    const note = gone.length > 0 || rolledBack ? null : 'nothing was learned for tasks like this, so nothing is taken back';
    return { ...NOTHING, forgotten: gone.map((lesson) => lesson.query), rolledBack, note };
  }

  /** Forgets a lesson of an adapter. */
  async unlearn(name: string, at: number): Promise<Taught> {
    const meta = (await this.store.get(name))?.meta;
    const lesson = meta?.lessons?.[at];
    if (!meta?.memory || !lesson) throw fail('AdapterNotFound', `no adapter named \`${name}\` is stored`);
    await this.store.delete(name);
    return { ...NOTHING, note: 'nothing is left of it' };
  }

  async #put(tools: readonly Tool[], lessons: Lesson[], { memory }: AskOptions): Promise<void> {
    if (memory?.mode === 'keep') await this.store.putLessons(menuOf(tools), lessons);
    else this.#session.set(menuOf(tools), lessons);
  }
}
