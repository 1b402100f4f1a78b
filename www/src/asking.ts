/** Questions to the agent: from the form to the results, one at a time, and the user's verdict on the last answer. */
import { AutodidactError, type Feedback, type Taught, type TaskOptions, type Tool } from 'autodidact';
import type { Engine } from './engine';
import { suits } from './own-adapter';
import type { Results } from './results';
import { runnable } from './tools';
import type { Adapters } from './ui/adapters';
import { confirmed } from './ui/confirm';
import { isUsable, need, setUsable } from './ui/dom';
import { examples } from './ui/examples';
import type { Menu } from './ui/menu';
import type { Choices, Settings } from './ui/settings';
import { say } from './ui/status';
import type { StoragePanel } from './ui/storage';

interface Parts {
  engine: Engine;
  settings: Settings;
  menu: Menu;
  results: Results;
  adapters: Adapters;
  storage: StoragePanel;
}

export class Asking {
  readonly #parts: Parts;
  readonly #query = need<HTMLTextAreaElement>('query');
  readonly #ask = need('ask');
  readonly #stop = need('stop');
  #running: AbortController | null = null;
  /** The last question, for the user's verdict on its answer. */
  #last: { query: string; options: TaskOptions } | null = null;

  constructor(parts: Parts) {
    this.#parts = parts;
    need('ask-form').addEventListener('submit', (event) => {
      event.preventDefault();
      void this.ask();
    });
    this.#query.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void this.ask();
    });
    this.#stop.addEventListener('click', () => this.#stopClicked());
    need('examples').addEventListener('click', (event) => {
      const name = (event.target as HTMLElement).dataset['example'];
      if (name) this.showExample(name);
    });
    const typedEarly = this.#query.value;
    this.showExample('timer');
    if (typedEarly) this.#query.value = typedEarly;
  }

  /** The agent is there, and does nothing. */
  get isIdle(): boolean {
    return this.#parts.engine.isReady && !this.#running;
  }

  /** Shows which buttons can be used now. */
  show(): void {
    setUsable(this.#ask, this.isIdle);
    setUsable(this.#stop, this.#running !== null);
  }

  /** Stops the question that may be running. */
  abort(): void {
    this.#running?.abort();
  }

  async ask(): Promise<void> {
    const { engine, results } = this.#parts;
    if (engine.explain() || !this.isIdle) return;
    engine.hideError();
    if (this.#query.value.trim() === '') {
      say('Write a task first.');
      this.#query.focus();
      return;
    }
    try {
      await this.#busy((signal) => this.#askNow(signal));
    } catch (reason) {
      const error = AutodidactError.from(reason);
      results.stop(error);
      engine.report(error);
    }
  }

  /** Tells the agent the user's verdict on its last answer. */
  async teach(said: Feedback): Promise<Taught> {
    const { engine, adapters } = this.#parts;
    const last = this.#last;
    if (!last || this.#running) throw new AutodidactError({ name: 'AutodidactError', code: 'Busy', message: 'the agent is busy' });
    try {
      return await this.#busy(async (signal) => (await engine.agent).feedback(last.query, said, { ...last.options, signal }));
    } finally {
      await adapters.refresh().catch((reason) => engine.report(reason));
    }
  }

  showExample(name: string): void {
    const example = examples[name];
    if (!example) return;
    this.#query.value = example.query;
    this.#parts.menu.set(example.tools);
  }

  async #askNow(signal: AbortSignal): Promise<void> {
    const { engine, settings, results, adapters, storage } = this.#parts;
    const tools = await this.#readMenu();
    const options = tools && (await this.#choose(tools));
    if (!tools || !options) return;
    const { learn, keep, memory, adapter } = options;
    const isOwn = adapter !== undefined && adapter === (await engine.ownAdapter);
    const start = isOwn ? 'the adapter for the tools of this page' : adapter && `“${adapter}”`;
    results.begin({ learn, remembers: memory !== undefined, start });
    const agent = await engine.agent;
    if (keep || memory === 'keep') void agent.adapters.persist().then(() => storage.refresh());
    const query = this.#query.value.trim();
    const asked: TaskOptions = { ...options, tools: runnable(tools), onEvent: (event) => results.show(event) };
    if (settings.reviews) asked.review = (written) => results.review(written);
    this.#last = { query, options: asked };
    results.finish(await agent.ask(query, { ...asked, signal }));
    // The result stands, whatever becomes of the list.
    await adapters.refresh().catch((reason) => engine.report(reason));
  }

  /** Does something that can be stopped, and during which nothing else is asked. */
  async #busy<T>(work: (signal: AbortSignal) => PromiseLike<T>): Promise<T> {
    const mine = (this.#running = new AbortController());
    this.show();
    try {
      return await work(mine.signal);
    } finally {
      this.#running = null;
      this.show();
    }
  }

  /** The tools, or null when the menu is not valid. */
  async #readMenu(): Promise<Tool[] | null> {
    const { menu } = this.#parts;
    try {
      return await menu.read();
    } catch (reason) {
      if (AutodidactError.from(reason).code !== 'InvalidInput') throw reason;
      menu.open();
      say('The tool menu is not valid.');
      return null;
    }
  }

  /** The settings for a menu, or null when one is not valid or a stored adapter shall not be replaced. */
  async #choose(tools: readonly Tool[]): Promise<Choices | null> {
    const { engine, settings, adapters } = this.#parts;
    // Another tab may have stored something.
    if (settings.keeps) await adapters.refresh().catch((reason) => engine.report(reason));
    const options = settings.options();
    if (!options) {
      say('Correct the marked setting first.');
      return null;
    }
    const own = settings.startsFromOwn && suits(tools) && (await engine.ownAdapter);
    if (own) options.adapter = own;
    const { keep, learn } = options;
    if (!keep || learn === 'never' || !adapters.has(keep)) return options;
    if (await confirmed(`Replace the stored adapter “${keep}” by what is learned now? This cannot be undone.`, 'Replace')) {
      return { ...options, replace: true };
    }
    say('Nothing was asked. Choose another name to keep it under.');
    settings.focusKeepName();
    return null;
  }

  #stopClicked(): void {
    if (!isUsable(this.#stop)) return;
    if (this.#running?.signal.aborted) return void this.#parts.engine.start(); // It does not listen: end its worker.
    say('Stopping … Press Stop again to end it at once.');
    this.abort();
  }
}
