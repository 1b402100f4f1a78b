import type { Agent, Lesson, TaskOptions, Tool } from 'autodidact';
import { lessonInWords } from '../words';
import { h, need } from './dom';
import type { Settings } from './settings';

interface Hooks {
  settings: Settings;
  agent: () => Promise<Agent>;
  tools: () => Promise<readonly Tool[]>;
  forget: (query: string, options: TaskOptions) => Promise<void>;
  say: (text: string) => void;
  fail: (error: unknown) => void;
}

/** What the user taught for the tools of the settings; each lesson can be forgotten. */
export class LessonsList {
  readonly #list = need('lessons');
  readonly #box = need<HTMLDetailsElement>('settings');
  readonly #hooks: Hooks;
  #edition = 0;

  constructor(hooks: Hooks) {
    this.#hooks = hooks;
    this.#box.addEventListener('toggle', () => this.refresh());
    this.#show([]);
  }

  /** Reads them anew, where somebody can see them. */
  refresh(): void {
    if (this.#box.open) void this.#read().catch(this.#hooks.fail);
  }

  async #read(): Promise<void> {
    const edition = ++this.#edition;
    const { settings, agent } = this.#hooks;
    const tools = await this.#hooks.tools().catch(() => null);
    const lessons = tools && settings.remembers ? await (await agent()).lessons.list(this.#options(tools)) : [];
    if (edition === this.#edition) this.#show(lessons);
  }

  #show(lessons: readonly Lesson[]): void {
    const rows = [...lessons].reverse().map(({ query, calls }) => h('li', {},
      h('span', {}, lessonInWords(query, calls)),
      h('button', { type: 'button', class: 'small', 'aria-label': `Forget: ${query}`, onclick: () => void this.#forget(query).catch(this.#hooks.fail) }, 'Forget')));
    this.#list.replaceChildren(...(rows.length > 0 ? rows : [h('li', { class: 'empty' }, 'Nothing yet for these tools.')]));
  }

  #options(tools: readonly Tool[]): TaskOptions {
    return { tools: [...tools], memory: this.#hooks.settings.memory };
  }

  async #forget(query: string): Promise<void> {
    const { tools, forget, say } = this.#hooks;
    say('Forgetting …');
    await forget(query, this.#options(await tools()));
    await this.#read();
    need('lessons-heading').focus();
    say('Forgotten.');
  }
}
