import { freeName } from '../names';
import type { LearnOptions } from '../../package/src/agent';
import type { AdapterMeta, BackendChoice, MemoryMode } from '../../package/src/protocol';
import { h, need } from './dom';
import { count, decimals } from './format';

/** What the page brings along for its own tools; no adapter can have that name. */
const OWN = '.own';

const NUMBERS = ['orders', 'pairs', 'steps', 'seed'] as const;

/** The choices of the form. */
export class Settings {
  readonly #threshold = need<HTMLInputElement>('threshold');
  readonly #auto = need<HTMLInputElement>('auto-threshold');
  readonly #share = need<HTMLInputElement>('share');
  readonly #gate = need<HTMLInputElement>('gate');
  readonly #review = need<HTMLInputElement>('review');
  readonly #memory = need<HTMLSelectElement>('memory');
  readonly #keep = need<HTMLInputElement>('keep');
  readonly #keepName = need<HTMLInputElement>('keep-name');
  readonly #adapter = need<HTMLSelectElement>('adapter');
  readonly #numbers = NUMBERS.map((name) => need<HTMLInputElement>(name));
  #stored: string[] = [];
  /** The name that was filled in here; it makes way when it is taken, a typed one does not. */
  #suggested = '';

  constructor(onBackend: (backend: BackendChoice) => void) {
    this.#threshold.addEventListener('input', () => this.#showThreshold());
    this.#auto.addEventListener('change', () => this.#showThreshold());
    this.#memory.addEventListener('change', () => this.#showKeep());
    this.#keep.addEventListener('change', () => this.#showKeep());
    for (const field of this.#fields()) {
      field.addEventListener('input', () => field.hasAttribute('aria-invalid') && this.#check());
    }
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

  get keeps(): boolean {
    return this.#keep.checked && !this.remembers;
  }

  /** The user wants to see the examples first. */
  get reviews(): boolean {
    return this.#review.checked;
  }

  get memory(): MemoryMode {
    return this.#memory.value as MemoryMode;
  }

  /** The agent finds by itself what it learned; names are not needed. */
  get remembers(): boolean {
    return this.memory !== 'reset';
  }

  /** To start from the page's own adapter, where it suits the tools. */
  get startsFromOwn(): boolean {
    return this.#adapter.value === OWN && !this.remembers;
  }

  /** The choices; null when one is not valid, which is then marked and has the focus. */
  options(): LearnOptions | null {
    this.#keepName.value = this.#keepName.value.trim();
    const wrong = this.#check();
    if (wrong) {
      reveal(wrong);
      return null;
    }
    const options: LearnOptions = { threshold: this.#threshold.valueAsNumber, candidates: true };
    if (this.#auto.checked) Object.assign(options, { threshold: 'auto', update_rate: this.#share.valueAsNumber / 100 } satisfies LearnOptions);
    if (this.#gate.checked) options.gate = true;
    if (this.remembers) options.memory = this.memory;
    else if (this.#keep.checked) options.keep = this.#keepName.value;
    const start = this.#adapter.value;
    if (start && start !== OWN && !this.remembers) options.adapter = start;
    for (const name of NUMBERS) {
      const value = need<HTMLInputElement>(name).valueAsNumber;
      if (Number.isFinite(value)) options[name] = value;
    }
    return options;
  }

  /** Takes note of the stored adapters: offers them to start from, and keeps the choice if it is still there. */
  offer(adapters: readonly AdapterMeta[]): void {
    this.#stored = adapters.map(({ name }) => name);
    const chosen = this.#adapter.value;
    const own = [...this.#adapter.options].filter(({ value }) => value === OWN || value === '');
    this.#adapter.replaceChildren(...own, ...this.#stored.map((name) => h('option', { value: name }, name)));
    this.use(this.#stored.includes(chosen) || chosen === '' ? chosen : OWN);
    if (this.#suggested && this.#keepName.value === this.#suggested) this.#suggest();
  }

  use(adapter: string): void {
    this.#adapter.value = adapter;
  }

  /** As at the first visit. What the agent computes on stays. */
  reset(): void {
    for (const field of [this.#threshold, this.#auto, this.#gate, this.#review, this.#keep, ...this.#fields()]) {
      field.value = field.defaultValue;
      field.checked = field.defaultChecked;
    }
    this.#memory.value = 'reset';
    this.use(OWN);
    this.#showThreshold();
    this.#showKeep();
  }

  focusKeepName(): void {
    this.#keepName.focus();
    this.#keepName.select();
  }

  #showThreshold(): void {
    const auto = this.#auto.checked;
    need('threshold-value').textContent = auto ? 'its own threshold' : decimals(this.#threshold.valueAsNumber);
    this.#threshold.disabled = auto;
    need('share-field').hidden = !auto;
    this.#share.disabled = !auto;
    this.#check();
  }

  /** Those that can be wrong. */
  #fields(): HTMLInputElement[] {
    return [this.#share, this.#keepName, ...this.#numbers];
  }

  #showKeep(): void {
    this.#keep.disabled = this.#adapter.disabled = this.remembers;
    this.#keepName.disabled = need('keep-hint').hidden = !this.keeps;
    if (this.keeps && !this.#keepName.value) this.#suggest();
    this.#check();
  }

  #suggest(): void {
    this.#suggested = freeName('my-adapter', this.#stored);
    this.#keepName.value = this.#suggested;
  }

  /** Marks what is not valid, says why, and hands out the first such field. The limits stand in index.html. */
  #check(): HTMLInputElement | undefined {
    const wrong = this.#fields().filter((field) => {
      const valid = field.checkValidity();
      if (valid) field.removeAttribute('aria-invalid');
      else field.setAttribute('aria-invalid', 'true');
      return !valid;
    });
    const name = wrong.includes(this.#keepName);
    need('keep-hint').classList.toggle('bad', name);
    need('keep-missing').hidden = !name || this.#keepName.value !== '';
    need('share-message').textContent = wrong.includes(this.#share) ? limits(this.#share) : '';
    need('numbers-message').textContent = wrong.filter((field) => this.#numbers.includes(field)).map(limits).join(' ');
    return wrong[0];
  }
}

function limits(field: HTMLInputElement): string {
  const label = field.labels?.[0]?.textContent?.trim() ?? field.id;
  return `${label}: a whole number from ${field.min} to ${count(Number(field.max))}.`;
}

function reveal(field: HTMLInputElement): void {
  const details = field.closest('details');
  if (details) details.open = true;
  field.focus();
}
