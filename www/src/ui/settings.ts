import type { AdapterMeta, BackendChoice, Learn, LearnOptions, MemoryMode } from 'autodidact';
import { freeName } from '../names';
import { h, need } from './dom';
import { count, decimals } from './format';

/** The adapter that the page ships with for its own tools; no other adapter can have that name. */
const OWN = '.own';

const NUMBERS = ['orders', 'pairs', 'steps', 'seed'] as const;

/** Ways to decide when to learn; each has a field of its own. */
const WAYS = ['below', 'share', 'always', 'never'] as const;
type Way = (typeof WAYS)[number];

/** The choices for a question. */
export interface Choices extends LearnOptions {
  learn: Learn;
}

/** The choices of the form. */
export class Settings {
  readonly #learn = need<HTMLSelectElement>('learn');
  readonly #below = need<HTMLInputElement>('below');
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
    this.#learn.addEventListener('change', () => this.#showLearn());
    this.#below.addEventListener('input', () => this.#showLearn());
    this.#memory.addEventListener('change', () => this.#showKeep());
    this.#keep.addEventListener('change', () => this.#showKeep());
    for (const field of this.#fields()) {
      field.addEventListener('input', () => field.hasAttribute('aria-invalid') && this.#check());
    }
    for (const radio of document.querySelectorAll<HTMLInputElement>('input[name="backend"]')) {
      radio.addEventListener('change', () => onBackend(this.backend));
    }
    // Browsers restore the state of forms on a reload.
    this.#showLearn();
    this.#showKeep();
  }

  get backend(): BackendChoice {
    return (document.querySelector<HTMLInputElement>('input[name="backend"]:checked')?.value ?? 'auto') as BackendChoice;
  }

  set backend(backend: BackendChoice) {
    for (const radio of document.querySelectorAll<HTMLInputElement>('input[name="backend"]')) radio.checked = radio.value === backend;
  }

  /** When to learn from a task. */
  get learn(): Learn {
    const way = this.#way;
    if (way === 'below') return { below: this.#below.valueAsNumber };
    return way === 'share' ? { share: this.#share.valueAsNumber / 100 } : way;
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
  options(): Choices | null {
    this.#keepName.value = this.#keepName.value.trim();
    const wrong = this.#check();
    if (wrong) {
      reveal(wrong);
      return null;
    }
    const options: Choices = { learn: this.learn, candidates: true };
    if (this.#gate.checked) options.gate = true;
    if (this.remembers) options.memory = this.memory;
    else if (this.#keep.checked) options.keep = this.#keepName.value;
    const start = this.#adapter.value;
    if (start && start !== OWN && !this.remembers) options.adapter = start;
    const [orders, pairs, steps, seed] = this.#numbers.map(({ value, valueAsNumber }) => (value === '' ? undefined : valueAsNumber));
    if (orders !== undefined) options.orders = orders;
    if (pairs !== undefined) options.synthesis = { pairs };
    if (steps !== undefined) options.adaptation = { steps };
    if (seed !== undefined) options.seed = seed;
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
    for (const field of [this.#below, this.#gate, this.#review, this.#keep, ...this.#fields()]) {
      field.value = field.defaultValue;
      field.checked = field.defaultChecked;
    }
    this.#learn.value = 'below';
    this.#memory.value = 'reset';
    this.use(OWN);
    this.#showLearn();
    this.#showKeep();
  }

  focusKeepName(): void {
    this.#keepName.focus();
    this.#keepName.select();
  }

  get #way(): Way {
    return this.#learn.value as Way;
  }

  #showLearn(): void {
    const way = this.#way;
    need('below-value').textContent = decimals(this.#below.valueAsNumber);
    for (const each of WAYS) need(`${each}-field`).hidden = each !== way;
    this.#learn.setAttribute('aria-describedby', `${way}-hint`);
    // A field that is not shown cannot be wrong.
    this.#share.disabled = way !== 'share';
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
