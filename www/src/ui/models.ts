import { AutodidactError, modelInfo, type HubModel, type ModelInfo, type ModelSource } from 'autodidact';
import { folderModel } from '../folder-model';
import { Kept } from '../tools/kept';
import { fact, need } from './dom';
import { bytes, counted, sentence } from './format';

/** What the WebAssembly of a tab can address. */
const TAB_BYTES = 4 * 2 ** 30;

const FIELDS = ['folder', 'hub'] as const;

/** The id of the model of Hugging Face that was loaded last; null for others: a folder is not found again by itself. */
const chosen = new Kept<string | null>('model', (stored) => (typeof stored === 'string' ? stored : null));

/**
 * The model to load: the one beside the page, one from a folder of this device, or one of Hugging Face. Sizes come
 * before any weights.
 */
export class Models {
  readonly #builtIn: ModelSource;
  readonly #endpoint: string | null;
  readonly #facts = need('model-facts');
  readonly #message = need('model-message');
  readonly #load = need<HTMLButtonElement>('model-load');
  readonly #id = need<HTMLInputElement>('hub-id');
  #loaded: ModelSource;
  /** What the button would load. */
  #chosen: ModelSource | null = null;
  #looking = new AbortController();

  /** `hub` is the address of a mirror; otherwise Hugging Face itself is asked. */
  constructor(builtIn: ModelSource, hub: string | null, onLoad: () => void) {
    this.#builtIn = this.#loaded = builtIn;
    this.#endpoint = hub && URL.canParse(hub, document.baseURI) ? new URL(hub, document.baseURI).href : null;
    if (this.#endpoint) need('hub-host').textContent = new URL(this.#endpoint).host;
    if (chosen.value !== null) this.#loaded = this.#onHub(chosen.value);
    this.#id.value = chosen.value ?? '';
    this.#check(chosen.value === null ? 'seed' : 'hub');
    for (const radio of this.#radios()) radio.addEventListener('change', () => this.#show());
    const folder = need<HTMLInputElement>('model-folder');
    folder.addEventListener('change', () => {
      const files = [...(folder.files ?? [])];
      folder.value = '';
      if (files.length > 0) void this.#look(() => folderModel(files));
    });
    need('hub-look').addEventListener('click', () => this.#lookUp());
    this.#id.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter') return;
      event.preventDefault(); // It would ask the agent.
      this.#lookUp();
    });
    this.#load.addEventListener('click', () => {
      if (!this.#chosen) return;
      this.#loaded = this.#chosen;
      this.#keep();
      onLoad();
    });
    this.#show();
  }

  /** The model to start with. */
  get source(): ModelSource {
    return this.#loaded;
  }

  get isBuiltIn(): boolean {
    return this.#loaded === this.#builtIn;
  }

  /** Back to the model that comes with the page. */
  reset(): void {
    this.#loaded = this.#builtIn;
    this.#keep();
    this.#check('seed');
    this.#show();
  }

  /** Keeps which model is loaded for the next visit, where it can be found again. */
  #keep(): void {
    const { hub = null } = typeof this.#loaded === 'object' && 'hub' in this.#loaded ? this.#loaded : {};
    if (hub === chosen.value) return;
    try {
      chosen.value = hub;
    } catch {
      // The browser stores nothing: it holds until the page is closed.
    }
  }

  #onHub(hub: string): HubModel {
    return { hub, ...(this.#endpoint && { endpoint: this.#endpoint }) };
  }

  #check(kind: string): void {
    for (const radio of this.#radios()) radio.checked = radio.value === kind;
  }

  #radios(): NodeListOf<HTMLInputElement> {
    return document.querySelectorAll<HTMLInputElement>('input[name="model"]');
  }

  #show(): void {
    const kind = document.querySelector<HTMLInputElement>('input[name="model"]:checked')?.value ?? 'seed';
    for (const each of FIELDS) need(`${each}-field`).hidden = each !== kind;
    this.#offer(kind === 'seed' && !this.isBuiltIn ? this.#builtIn : null);
  }

  #offer(source: ModelSource | null, info?: ModelInfo): void {
    this.#looking.abort();
    this.#chosen = source;
    this.#load.disabled = source === null;
    this.#message.textContent = '';
    this.#message.classList.remove('bad');
    this.#facts.replaceChildren(...(info ? [
      fact('Name', info.name),
      fact('Files', counted(info.files.length, 'file')),
      fact('Size', bytes(info.bytes)),
      fact('Memory, about', bytes(info.memory), 'While it answers; training comes on top'),
    ] : []));
    if (info && info.memory > TAB_BYTES) this.#say(`A tab can have about ${bytes(TAB_BYTES)}: it will hardly load.`, true);
  }

  #lookUp(): void {
    const hub = this.#id.value.trim();
    if (hub === '') return this.#say('Write the id of a model, like organization/name.', true);
    const source = this.#onHub(hub);
    void this.#look(() => ({ source, measured: source }));
  }

  /** Finds out what a model would take, and offers it. */
  async #look(find: () => { source: ModelSource; measured: ModelSource }): Promise<void> {
    this.#offer(null);
    const { signal } = (this.#looking = new AbortController());
    this.#say('Looking …');
    try {
      const { source, measured } = find();
      const info = await modelInfo(measured, { signal });
      if (!signal.aborted) this.#offer(source, info);
    } catch (reason) {
      const error = AutodidactError.from(reason);
      if (!signal.aborted && !error.isAborted) this.#say(sentence(error.message), true);
    }
  }

  #say(text: string, bad = false): void {
    this.#message.textContent = text;
    this.#message.classList.toggle('bad', bad);
  }
}
