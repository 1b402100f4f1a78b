import { AutodidactError, type AdapterMeta, type Agent, type Lesson } from 'autodidact';
import { freeName, nameFrom } from '../names';
import { saveFile } from '../save';
import { confirmed } from './confirm';
import { h, need } from './dom';
import { bytes, counted, dateTime, decimals, sentence } from './format';

interface Hooks {
  /** The agent, as soon as it has started. */
  agent: () => Promise<Agent>;
  onList: (adapters: AdapterMeta[]) => void;
  onUse: (name: string) => void;
  say: (text: string) => void;
  fail: (error: unknown) => void;
}

/** The adapters that are stored in this browser. */
export class Adapters {
  readonly #root = need('adapters');
  readonly #deleteAll = need<HTMLButtonElement>('delete-all');
  readonly #hooks: Hooks;
  #adapters: AdapterMeta[] = [];

  constructor(hooks: Hooks) {
    this.#hooks = hooks;
    const file = need<HTMLInputElement>('import-file');
    file.addEventListener('change', () => {
      const chosen = file.files?.[0];
      file.value = '';
      if (chosen) this.#run(() => this.#import(chosen));
    });
    this.#deleteAll.addEventListener('click', () => this.#run(() => this.#removeAll()));
    this.#show();
  }

  async refresh(): Promise<void> {
    // The adapter that the page ships with is not the user's.
    const adapters = (await (await this.#hooks.agent()).adapters.list()).filter(({ session, memory }) => !session || memory);
    // What stays the same is not touched: someone may be clicking on it.
    if (JSON.stringify(adapters) === JSON.stringify(this.#adapters)) return;
    this.#adapters = adapters;
    const focused = this.#root.contains(document.activeElement) ? document.activeElement?.getAttribute('aria-label') : null;
    this.#show();
    if (focused) this.#button(focused)?.focus();
    this.#hooks.onList(adapters);
  }

  has(name: string): boolean {
    return this.#adapters.some((adapter) => adapter.name === name);
  }

  #button(label: string): HTMLElement | undefined {
    return [...this.#root.querySelectorAll('button')].find((button) => button.getAttribute('aria-label') === label);
  }

  /** Puts the focus on what follows, when the element that had it is gone. */
  #refocus(next?: string): void {
    if (!document.activeElement?.matches('body, :disabled')) return;
    ((next && this.#button(`Delete ${next}`)) || need('adapters-heading')).focus();
  }

  #show(): void {
    this.#deleteAll.disabled = this.#adapters.length === 0;
    if (this.#adapters.length === 0) {
      this.#root.replaceChildren(h('p', { class: 'empty' }, 'Nothing is stored. Let it practise, or teach it something.'));
      return;
    }
    const heads = ['Name', 'Task', 'Learned from', 'Margin', 'Rank', 'Size', 'Date', 'Actions'];
    // What the user opened stays open.
    const open = new Set([...this.#root.querySelectorAll('details[open]')].map(rowOf));
    this.#root.replaceChildren(
      h('table', {},
        h('thead', {}, h('tr', {}, ...heads.map((head) => h('th', { scope: 'col' }, head)))),
        h('tbody', {}, ...this.#adapters.map((adapter) => this.#row(adapter)))),
    );
    for (const details of this.#root.querySelectorAll('details')) details.open = open.has(rowOf(details));
  }

  #row(adapter: AdapterMeta): HTMLElement {
    const { name, task, pairs, steps, marginBefore, marginAfter, rank, alpha, memory } = adapter;
    const action = (label: string, work: () => Promise<void> | void, kind = '') =>
      h('button', { type: 'button', class: kind, 'aria-label': `${label} ${name}`, onclick: () => this.#run(async () => work()) }, label);
    const margins = [marginBefore, marginAfter].filter((value) => value !== null).map((value) => decimals(value));
    const cell = (label: string, text: string, title?: string) => h('td', { 'data-label': label, title }, text);
    return h('tr', { 'data-adapter': name },
      h('th', { scope: 'row' }, name),
      cell('Task', task || '–', task),
      h('td', { 'data-label': 'Learned from' }, this.#lessons(adapter, `${counted(pairs, 'example')}, ${counted(steps, 'step')}`)),
      cell('Margin', margins.join(' → ') || '–', margins.length > 1 ? 'Before and after learning' : 'Before learning'),
      cell('Rank', String(rank), `alpha ${alpha}; ${adapter.targets.join(', ')}`),
      cell('Size', bytes(adapter.bytes), `SHA-256 ${adapter.sha256}`),
      cell('Date', dateTime(adapter.createdMs)),
      h('td', { class: 'row-actions' },
        ...(memory
          ? [action('Roll back', () => this.#rollBack(name, memory.cluster))]
          : [action('Use', () => this.#hooks.onUse(name)), action('Rename', () => this.#rename(name))]),
        action('Export', () => this.#export(name)),
        action('Delete', () => this.#remove(name), 'danger')));
  }

  /** What it learned from; each lesson of the memory can be deleted. */
  #lessons({ name, lessons = [], memory }: AdapterMeta, summary: string): HTMLElement | string {
    if (lessons.length === 0) return summary;
    const lesson = ({ query, source }: Lesson, index: number) => h('li', {}, `${query} (${SOURCES[source]}) `,
      memory && h('button', {
        type: 'button', class: 'danger', 'aria-label': `Delete the lesson “${query}” of ${name}`, onclick: () => this.#run(() => this.#unlearn(name, index, query)),
      }, 'Delete'));
    return h('details', { class: 'lessons' }, h('summary', {}, summary), h('ul', {}, ...lessons.map(lesson)));
  }

  async #unlearn(name: string, lesson: number, query: string): Promise<void> {
    if (!(await confirmed(`Delete the lesson “${query}”? What is left is learned anew.`, 'Delete'))) return;
    this.#hooks.say('Learning anew without it …');
    const { adapter, note } = await (await this.#hooks.agent()).unlearn(name, lesson);
    await this.refresh();
    this.#refocus(adapter?.name);
    this.#hooks.say(note ? `Deleted the lesson. ${sentence(note)}` : 'Deleted the lesson.');
  }

  async #rollBack(name: string, cluster: string): Promise<void> {
    if (!(await confirmed(`Take the newest version of “${cluster}” back? This cannot be undone.`, 'Roll back'))) return;
    const before = await (await this.#hooks.agent()).adapters.rollBack(cluster);
    await this.refresh();
    this.#refocus(before ?? undefined);
    this.#hooks.say(before ? `Rolled back: “${before}” is used from now on.` : `Rolled back: nothing is left of “${name}”.`);
  }

  async #export(name: string): Promise<void> {
    const zip = await (await this.#hooks.agent()).adapters.export(name);
    saveFile(`${name}.zip`, new Blob([zip.slice()], { type: 'application/zip' }));
    this.#hooks.say(`Exported “${name}”.`);
  }

  async #import(file: File): Promise<void> {
    await this.refresh(); // Another tab may have stored something.
    const name = freeName(nameFrom(file.name.replace(/\.zip$/i, '')), this.#adapters.map((adapter) => adapter.name));
    await (await this.#hooks.agent()).adapters.import(name, new Uint8Array(await file.arrayBuffer()));
    await this.refresh();
    this.#hooks.say(`Imported “${name}”.`);
  }

  async #rename(name: string): Promise<void> {
    const wanted = prompt(`New name of “${name}”`, name)?.trim();
    if (!wanted || wanted === name) return;
    await (await this.#hooks.agent()).adapters.rename(name, wanted);
    await this.refresh();
    this.#button(`Rename ${wanted}`)?.focus();
    this.#hooks.say(`Renamed “${name}” to “${wanted}”.`);
  }

  async #remove(name: string): Promise<void> {
    if (!(await confirmed(`Delete the adapter “${name}”? This cannot be undone.`, 'Delete'))) return;
    const next = this.#adapters[this.#adapters.findIndex((adapter) => adapter.name === name) + 1]?.name;
    await this.#delete([name]);
    this.#refocus(next);
    this.#hooks.say(`Deleted “${name}”.`);
  }

  async #removeAll(): Promise<void> {
    if (!(await confirmed(`Delete all ${this.#adapters.length} stored adapters? This cannot be undone.`, 'Delete all'))) return;
    await this.#delete(this.#adapters.map(({ name }) => name));
    this.#refocus();
    this.#hooks.say('Deleted all adapters.');
  }

  async #delete(names: string[]): Promise<void> {
    try {
      const { adapters } = await this.#hooks.agent();
      for (const name of names) await adapters.delete(name).catch(unlessGone);
    } finally {
      await this.refresh();
    }
  }

  #run(work: () => Promise<void>): void {
    work().catch(this.#hooks.fail);
  }
}

const SOURCES: Record<Lesson['source'], string> = { synthetic: 'its own', teacher: 'a teacher’s', user: 'yours' };

/** Another tab may have deleted it first. */
function unlessGone(reason: unknown): void {
  if (AutodidactError.from(reason).code !== 'AdapterNotFound') throw reason;
}

/** The name of the adapter in whose row an element stands. */
const rowOf = (element: Element): string | undefined => element.closest<HTMLElement>('[data-adapter]')?.dataset['adapter'];
