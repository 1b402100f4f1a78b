import type { AdapterMeta, AskOptions, BackendChoice } from '../protocol';
import { h, need } from './dom';
import { decimals } from './format';

/** The choices of the form. */
export class Settings {
  readonly #threshold = need<HTMLInputElement>('threshold');
  readonly #keep = need<HTMLInputElement>('keep');
  readonly #keepName = need<HTMLInputElement>('keep-name');
  readonly #adapter = need<HTMLSelectElement>('adapter');

  constructor(onBackend: (backend: BackendChoice) => void) {
    this.#threshold.addEventListener('input', () => this.#showThreshold());
    this.#keep.addEventListener('change', () => this.#showKeep());
    for (const radio of document.querySelectorAll<HTMLInputElement>('input[name="backend"]')) {
      radio.addEventListener('change', () => onBackend(this.backend));
    }
    // Browsers restore the state of forms on a reload.
    this.#showThreshold();
    this.#showKeep();
  }

  get backend(): BackendChoice {
    return (document.querySelector<HTMLInputElement>('input[name="backend"]:checked')?.value ?? 'auto') as BackendChoice;
  }

  set backend(backend: BackendChoice) {
    for (const radio of document.querySelectorAll<HTMLInputElement>('input[name="backend"]')) radio.checked = radio.value === backend;
  }

  options(): AskOptions {
    const options: AskOptions = { threshold: this.#threshold.valueAsNumber };
    if (this.#keep.checked && this.#keepName.value.trim()) options.keep = this.#keepName.value.trim();
    if (this.#adapter.value) options.adapter = this.#adapter.value;
    for (const name of ['pairs', 'steps', 'seed'] as const) {
      const value = need<HTMLInputElement>(name).valueAsNumber;
      if (Number.isFinite(value)) options[name] = value;
    }
    return options;
  }

  /** Offers the stored adapters to start from, and keeps the choice if it is still there. */
  offer(adapters: AdapterMeta[]): void {
    const chosen = this.#adapter.value;
    this.#adapter.replaceChildren(
      h('option', { value: '' }, 'plain model'),
      ...adapters.map(({ name }) => h('option', { value: name }, name)),
    );
    this.use(adapters.some(({ name }) => name === chosen) ? chosen : '');
  }

  use(adapter: string): void {
    this.#adapter.value = adapter;
  }

  #showThreshold(): void {
    need('threshold-value').textContent = decimals(this.#threshold.valueAsNumber);
  }

  #showKeep(): void {
    this.#keepName.disabled = !this.#keep.checked;
    if (this.#keep.checked && !this.#keepName.value) this.#keepName.value = 'my-adapter';
  }
}
