import { AutodidactError, downloads, modelInfo, type Download, type HubModel, type ModelInfo, type ModelSource } from 'autodidact';
import { folderModel } from '../folder-model';
import { ggufModel, isGguf } from '../gguf-model';
import { Kept } from '../tools/kept';
import { readChoice, TRIED, triedSource, type Choice, type TriedModel } from '../tried-models';
import { fact, h, need } from './dom';
import { about, bytes, counted, sentence } from './format';
import { HubFields } from './hub-fields';
import { TriedList } from './tried-list';

/** What the WebAssembly of a tab can address. */
const TAB_BYTES = 4 * 2 ** 30;
const HUGGING_FACE = 'https://huggingface.co';

const FIELDS = ['tried', 'device', 'hub'] as const;

/** What was loaded last; null for the built-in model and for files of this device, which are not found again by themselves. */
const chosen = new Kept<Choice | null>('model', readChoice);

/** A model with what modelInfo needs of it. */
interface Found {
  source: ModelSource;
  measured: ModelSource;
}

/**
 * The model to load: the one beside the page, one of those that were tried, one of this device, or one of Hugging Face.
 * Sizes come before any weights.
 */
export class Models {
  readonly #builtIn: ModelSource;
  readonly #endpoint: string | null;
  readonly #facts = need('model-facts');
  readonly #message = need('model-message');
  readonly #load = need<HTMLButtonElement>('model-load');
  readonly #hub: HubFields;
  readonly #tried: TriedList;
  readonly #onLoad: () => void;
  #loaded: ModelSource;
  /** What the button would load. */
  #offered: ModelSource | null = null;
  #looking = new AbortController();

  /** `hub` is the address of a mirror; otherwise Hugging Face itself is asked. */
  constructor(builtIn: ModelSource, hub: string | null, onLoad: () => void) {
    this.#builtIn = this.#loaded = builtIn;
    this.#onLoad = onLoad;
    this.#endpoint = hub && URL.canParse(hub, document.baseURI) ? new URL(hub, document.baseURI).href : null;
    this.#hub = new HubFields(this.#endpoint, () => void this.#look((signal) => this.#onHub(signal)));
    this.#tried = new TriedList((model) => this.#begin(this.#sourceOf(model), { tried: model.name }));
    this.#restore(chosen.value);
    for (const radio of this.#radios()) radio.addEventListener('change', () => this.#show());
    this.#listenToDevice();
    this.#load.addEventListener('click', () => this.#offered && this.#begin(this.#offered, choiceOf(this.#offered)));
    this.#show();
  }

  /** The model to start with. */
  get source(): ModelSource {
    return this.#loaded;
  }

  get isBuiltIn(): boolean {
    return this.#loaded === this.#builtIn;
  }

  /** Its files are checked and kept in this browser, so that a download can go on later. */
  get isDownloaded(): boolean {
    const source = this.#loaded;
    return typeof source === 'object' && ('hub' in source || Object.values(source.files).some((file) => typeof file === 'object' && file.sha256 !== undefined));
  }

  /** The files of the loaded model whose SHA-256 was checked. */
  async checked(): Promise<Download[]> {
    const source = this.#loaded;
    if (typeof source === 'string' || !this.isDownloaded) return [];
    const [model, isUsed] = 'hub' in source
      ? [source.hub, (name: string) => (source.file === undefined ? !name.endsWith('.gguf') : sameModel(name, source.file))] as const
      : [source.name, (name: string) => name in source.files] as const;
    const files = await downloads().catch(() => []);
    return files.filter((file) => file.model === model && isUsed(file.name) && file.complete && file.hash.startsWith('sha256-'));
  }

  /** Shows again what is in this browser. */
  async refresh(): Promise<void> {
    this.#tried.show(await downloads().catch(() => []));
  }

  /** Back to the model that comes with the page. */
  reset(): void {
    this.#loaded = this.#builtIn;
    this.#keep(null);
    this.#check('seed');
    this.#show();
  }

  #restore(choice: Choice | null): void {
    this.#check(!choice ? 'seed' : 'tried' in choice ? 'tried' : 'hub');
    if (!choice) return;
    if ('tried' in choice) {
      const model = TRIED.find(({ name }) => name === choice.tried);
      if (model) this.#loaded = this.#sourceOf(model);
      return;
    }
    this.#loaded = { ...choice, ...(this.#endpoint && { endpoint: this.#endpoint }) };
    this.#hub.fill(choice);
  }

  #sourceOf(model: TriedModel): ModelSource {
    return triedSource(model, this.#endpoint ?? HUGGING_FACE);
  }

  #begin(source: ModelSource, choice: Choice | null): void {
    this.#loaded = source;
    this.#keep(choice);
    this.#onLoad();
    // Where it says how far it is, and can be stopped.
    scrollTo({ top: 0 });
  }

  /** Keeps which model is loaded for the next visit, where it can be found again. */
  #keep(choice: Choice | null): void {
    if (JSON.stringify(choice) === JSON.stringify(chosen.value)) return;
    try {
      chosen.value = choice;
    } catch {
      // The browser stores nothing: it holds until the page is closed.
    }
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
    need('hub-privacy').hidden = kind !== 'hub' && kind !== 'tried';
    // Each of the list has a button of its own.
    this.#load.hidden = this.#message.hidden = kind === 'tried';
    if (kind === 'tried') void this.refresh();
    this.#offer(kind === 'seed' && !this.isBuiltIn ? this.#builtIn : null);
  }

  #offer(source: ModelSource | null, info?: ModelInfo): void {
    this.#looking.abort();
    this.#offered = source;
    this.#load.disabled = source === null;
    this.#message.textContent = '';
    this.#message.classList.remove('bad');
    this.#facts.replaceChildren(...(info ? factsOf(info) : []));
    if (info && info.memory > TAB_BYTES) this.#say(`A tab can have about ${bytes(TAB_BYTES)}: it will hardly load.`, true);
  }

  #listenToDevice(): void {
    const look = (files: File[]) => {
      if (files.length > 0) void this.#look(() => Promise.resolve(files.some(isGguf) ? ggufModel(files) : folderModel(files)));
    };
    for (const input of [need<HTMLInputElement>('model-file'), need<HTMLInputElement>('model-folder')]) {
      input.addEventListener('change', () => {
        const files = [...(input.files ?? [])];
        input.value = '';
        if (input.id === 'model-file') void this.#look(() => Promise.resolve(ggufModel(files)));
        else look(files);
      });
    }
    const field = need('device-field');
    const over = (isOver: boolean) => (event: DragEvent) => {
      if (!event.dataTransfer?.types.includes('Files')) return;
      event.preventDefault();
      field.dataset['over'] = String(isOver);
    };
    field.addEventListener('dragover', over(true));
    field.addEventListener('dragleave', over(false));
    field.addEventListener('drop', (event) => {
      over(false)(event);
      const files = [...(event.dataTransfer?.files ?? [])];
      if (files.length > 0) void this.#look(() => Promise.resolve(ggufModel(files)));
    });
  }

  async #onHub(signal: AbortSignal): Promise<Found | null> {
    const source = await this.#hub.read(signal);
    if (source) return { source, measured: source };
    if (signal.aborted) return null;
    this.#say(this.#hub.isOpen ? 'Choose one of its GGUF files.' : 'Write the id of a model, like organization/name.', !this.#hub.isOpen);
    if (this.#hub.isOpen) this.#hub.focusFile();
    return null;
  }

  /** Finds out what a model would take, and offers it. */
  async #look(find: (signal: AbortSignal) => Promise<Found | null>): Promise<void> {
    this.#offer(null);
    const { signal } = (this.#looking = new AbortController());
    this.#say('Looking …');
    try {
      const found = await find(signal);
      if (!found) return;
      const info = await modelInfo(found.measured, { signal });
      if (!signal.aborted) this.#offer(found.source, info);
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

/** What can be kept of a model: where it is on a hub. */
function choiceOf(source: ModelSource): Choice | null {
  if (typeof source !== 'object' || !('hub' in source)) return null;
  const { hub, file, revision }: HubModel = source;
  return { hub, ...(file !== undefined && { file }), ...(revision !== undefined && { revision }) };
}

/** Two files are one, or parts of one model. */
const sameModel = (one: string, other: string): boolean => {
  const base = (name: string) => name.replace(/-\d{5}(-of-\d{5}\.gguf)$/, '$1');
  return base(one) === base(other);
};

function factsOf({ name, files, bytes: size, memory }: ModelInfo): HTMLElement[] {
  const hashes = files.filter(({ name, sha256 }) => sha256 !== null && /\.(gguf|safetensors)$/.test(name));
  const shown = [
    fact('Name', name),
    fact('Files', counted(files.length, 'file')),
    fact('Size', bytes(size)),
    fact('Memory', about(memory), 'After it answered for a while; training comes on top'),
  ];
  for (const { name, sha256 } of hashes) {
    const one = fact(hashes.length > 1 ? `SHA-256 of ${name}` : 'SHA-256, will be checked', h('code', { class: 'hash' }, sha256));
    one.classList.add('wide');
    shown.push(one);
  }
  return shown;
}
