import { AutodidactError, type Tool } from 'autodidact';
import { isLocal, localMenu } from '../tools';
import { isRecord, Kept } from '../tools/kept';
import { h, need } from './dom';
import { counted, sentence } from './format';
import { readOwnTools, type Entry } from './own-tools';

type Parse = (json: string) => Promise<Tool[]>;

interface Chosen {
  /** The tools of the page are among those that the agent may call. */
  page: boolean;
  /** The user's, as JSON. */
  own: string;
}

const NONE = '[]';

const chosen = new Kept<Chosen>('tools', (stored) => ({
  page: !isRecord(stored) || stored['page'] !== false,
  own: isRecord(stored) && typeof stored['own'] === 'string' ? stored['own'] : NONE,
}));

/** The tools that the agent may call: those of the page, and the user's, which are written as JSON. */
export class Menu {
  readonly #page = need<HTMLInputElement>('page-tools');
  readonly #json = need<HTMLTextAreaElement>('menu');
  readonly #message = need('menu-message');
  readonly #list = need('tools');
  readonly #parse: Parse;
  readonly #onChange: () => void;
  #timer = 0;
  #edition = 0;
  /** The tools that were told last. */
  #told = '';

  constructor(parse: Parse, onChange: () => void) {
    this.#parse = parse;
    this.#onChange = onChange;
    this.#fill();
    this.#page.addEventListener('change', () => this.check());
    this.#json.addEventListener('input', () => {
      clearTimeout(this.#timer);
      this.#timer = window.setTimeout(() => this.check(), 250);
    });
  }

  /** The tools as they are chosen. Rejects, and says why at the tool that is wrong, when one of the user's is not valid. */
  async read(): Promise<readonly Tool[]> {
    clearTimeout(this.#timer);
    const edition = ++this.#edition;
    const page = this.#page.checked ? localMenu : [];
    this.#keep();
    const entries = await readOwnTools(this.#json.value, page, this.#parse).catch((reason: unknown) => AutodidactError.from(reason));
    const isLast = edition === this.#edition;
    if (entries instanceof AutodidactError) {
      if (isLast && entries.code === 'InvalidInput') this.#refuse(page, [], entries.message);
      throw entries;
    }
    const wrong = entries.filter((entry) => entry.wrong !== undefined);
    const message = `Your tools: ${counted(wrong.length, 'tool')} of ${entries.length} cannot be used; the list above says why.`;
    if (wrong.length > 0) {
      if (isLast) this.#refuse(page, entries, message);
      throw new AutodidactError({ name: 'AutodidactError', code: 'InvalidInput', message });
    }
    if (isLast) this.#accept(page, entries);
    return [...page, ...entries.flatMap(({ tool }) => tool ?? [])];
  }

  /** Reads them for those who look at them: what is wrong is said there. */
  check(): void {
    void this.read().catch(() => {});
  }

  /** Opens the editor and puts the cursor in it. */
  open(): void {
    need<HTMLDetailsElement>('settings').open = true;
    need<HTMLDetailsElement>('menu-details').open = true;
    this.#json.focus();
  }

  /** As at the first visit. */
  reset(): void {
    this.#edition++;
    this.#fill();
  }

  #fill(): void {
    this.#page.checked = chosen.value.page;
    this.#json.value = chosen.value.own;
    this.#message.textContent = '';
    this.#show(this.#page.checked ? localMenu : [], []);
  }

  #keep(): void {
    const next = { page: this.#page.checked, own: this.#json.value };
    if (JSON.stringify(next) === JSON.stringify(chosen.value)) return;
    try {
      chosen.value = next;
    } catch {
      // The browser stores nothing: they hold until the page is closed.
    }
  }

  #accept(page: readonly Tool[], entries: readonly Entry[]): void {
    this.#json.removeAttribute('aria-invalid');
    this.#message.classList.remove('bad');
    this.#message.textContent = `Your tools: ${counted(entries.length, 'tool')}${entries.length > 0 ? ', all valid' : ''}.`;
    this.#show(page, entries);
    const now = JSON.stringify([page.length, entries]);
    if (now === this.#told) return;
    this.#told = now;
    this.#onChange();
  }

  #refuse(page: readonly Tool[], entries: readonly Entry[], message: string): void {
    this.#json.setAttribute('aria-invalid', 'true');
    this.#message.classList.add('bad');
    this.#message.textContent = sentence(message);
    this.#show(page, entries);
  }

  #show(page: readonly Tool[], entries: readonly Entry[]): void {
    // The user's first: what is wrong with them has to be seen.
    const all = [...entries.map(entryView), ...page.map(toolView)];
    this.#list.replaceChildren(...(all.length > 0 ? all : [h('li', { class: 'empty' }, 'No tools: it can do nothing.')]));
  }
}

function toolView({ name, description, parameters }: Tool): HTMLElement {
  const required = parameters.required ?? [];
  const names = Object.keys(parameters.properties ?? {}).map((key) => (required.includes(key) ? key : `${key}?`));
  return h('li', {}, h('code', {}, h('b', {}, name), `(${names.join(', ')})`),
    h('span', { class: 'runs' }, isLocal(name) ? 'runs here' : 'yours, only shown'), h('span', { class: 'does' }, description));
}

function entryView({ tool, name, wrong }: Entry): HTMLElement {
  if (tool && wrong === undefined) return toolView(tool);
  return h('li', { 'data-wrong': 'true' }, h('code', {}, h('b', {}, name)), h('span', { class: 'runs' }, 'yours'),
    h('span', { class: 'does bad' }, sentence(wrong ?? '')));
}
