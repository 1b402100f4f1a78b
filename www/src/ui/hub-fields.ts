import { ggufFiles, type HubModel } from 'autodidact';
import { h, need } from './dom';
import { bytes } from './format';

/** The choice of the weights that are no GGUF file. */
const DIRECTORY = '.';

/** The fields for a model of a hub: its id, and one of its GGUF files where it has such. */
export class HubFields {
  readonly #id = need<HTMLInputElement>('hub-id');
  readonly #files = need('hub-files');
  readonly #file = need<HTMLSelectElement>('hub-file');
  readonly #endpoint: string | null;
  /** The model whose files are offered. */
  #listed = '';

  /** `onLook`: the user wants to know of the model. */
  constructor(endpoint: string | null, onLook: () => void) {
    this.#endpoint = endpoint;
    if (endpoint) need('hub-host').textContent = new URL(endpoint).host;
    need('hub-look').addEventListener('click', () => {
      this.#listed = '';
      onLook();
    });
    this.#id.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter') return;
      event.preventDefault(); // It would ask the agent.
      this.#listed = '';
      onLook();
    });
    this.#file.addEventListener('change', onLook);
  }

  fill({ hub, file, revision }: { hub: string; file?: string; revision?: string }): void {
    this.#id.value = revision ? `${hub}@${revision}` : hub;
    this.#offer(file ? [{ name: file, bytes: 0 }] : []);
    if (file) [this.#listed, this.#file.value] = [this.#id.value, file];
  }

  /**
   * The model that is written there, once a file was chosen where there are several; `null` while there is none to look
   * at. Asks the hub for its files.
   */
  async read(signal: AbortSignal): Promise<HubModel | null> {
    const written = this.#id.value.trim();
    const [hub = '', revision] = written.split('@');
    if (hub === '') return null;
    const model: HubModel = { hub, ...(revision && { revision }), ...(this.#endpoint && { endpoint: this.#endpoint }) };
    if (written !== this.#listed) {
      this.#offer([]);
      const files = await ggufFiles(model, { signal });
      if (signal.aborted) return null;
      this.#listed = written;
      this.#offer(files);
    }
    const file = this.#file.value;
    if (this.#files.hidden || file === DIRECTORY) return model;
    return file === '' ? null : { ...model, file };
  }

  /** Files are offered, and none is chosen. */
  get isOpen(): boolean {
    return !this.#files.hidden && this.#file.value === '';
  }

  focusFile(): void {
    this.#file.focus();
  }

  #offer(files: readonly { name: string; bytes: number }[]): void {
    this.#files.hidden = files.length === 0;
    this.#file.replaceChildren(
      h('option', { value: '' }, 'Choose a file'),
      ...files.map(({ name, bytes: size }) => h('option', { value: name }, size > 0 ? `${name}, ${bytes(size)}` : name)),
      h('option', { value: DIRECTORY }, 'None of these: its safetensors'));
  }
}
