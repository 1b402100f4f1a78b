import type { AdapterMeta, BackendChoice, Learn, LearnOptions, MemoryMode } from 'autodidact';
import { Backends } from './backends';
import { chosen, DEFAULTS, OWN, WAYS, type Way } from './chosen';
import { h, need } from './dom';
import { decimals } from './format';
import { KeepName } from './keep-name';
import { limits, reveal, valueOf } from './number-fields';
import { Numbers } from './numbers';

/** The choices for a request. */
export interface Choices extends LearnOptions {
  learn: Learn;
}

interface Hooks {
  /** It shall compute on something else. */
  onBackend: () => void;
  /** Lessons of another memory count. */
  onMemory: () => void;
}

/** The settings for requests. What is chosen is kept for the next visit, except the name to keep something under. */
export class Settings {
  readonly #learn = need<HTMLSelectElement>('learn');
  readonly #below = need<HTMLInputElement>('below');
  readonly #share = need<HTMLInputElement>('share');
  readonly #gate = need<HTMLInputElement>('gate');
  readonly #review = need<HTMLInputElement>('review');
  readonly #memory = need<HTMLSelectElement>('memory');
  readonly #keep = new KeepName(() => this.#showKeep());
  readonly #adapter = need<HTMLSelectElement>('adapter');
  readonly #numbers = new Numbers();
  readonly #backends: Backends;

  constructor({ onBackend, onMemory }: Hooks) {
    this.#backends = new Backends(onBackend);
    this.#fill();
    this.#learn.addEventListener('change', () => this.#showLearn());
    this.#below.addEventListener('input', () => this.#showLearn());
    this.#memory.addEventListener('change', () => (this.#showKeep(), onMemory()));
    for (const field of this.#fields()) {
      field.addEventListener('input', () => field.hasAttribute('aria-invalid') && this.#check());
    }
    need('settings').addEventListener('change', () => this.#store());
  }

  get backend(): BackendChoice {
    return this.#backends.chosen;
  }

  /** For this visit. */
  set backend(backend: BackendChoice) {
    this.#backends.chosen = backend;
  }

  /** From now on. */
  useBackend(backend: BackendChoice): void {
    this.backend = backend;
    this.#store();
  }

  /** When to practise. */
  get learn(): Learn {
    const way = this.#way;
    if (way === 'below') return { below: this.#below.valueAsNumber };
    return way === 'share' ? { share: this.#share.valueAsNumber / 100 } : way;
  }

  get keeps(): boolean {
    return this.#keep.isOn;
  }

  /** The user wants to see the examples first. */
  get reviews(): boolean {
    return this.#review.checked;
  }

  get memory(): MemoryMode {
    return this.#memory.value as MemoryMode;
  }

  /** The agent finds by itself what it learned, and takes lessons. */
  get remembers(): boolean {
    return this.memory !== 'reset';
  }

  /** To start from the page's own adapter, where it suits the tools. */
  get startsFromOwn(): boolean {
    return this.#adapter.value === OWN;
  }

  /** The choices; null when one is not valid, which is then marked and has the focus. */
  options(): Choices | null {
    const keep = this.#keep.name;
    const wrong = this.#check();
    if (wrong) {
      reveal(wrong);
      return null;
    }
    const options: Choices = { learn: this.learn, candidates: true };
    if (this.#gate.checked) options.gate = true;
    if (this.remembers) options.memory = this.memory;
    else if (this.keeps) options.keep = keep;
    const start = this.#adapter.value;
    if (start && start !== OWN) options.adapter = start;
    const { orders, pairs, steps, seed } = this.#numbers.values;
    if (orders !== undefined) options.orders = orders;
    if (pairs !== undefined) options.synthesis = { pairs };
    if (steps !== undefined) options.adaptation = { steps };
    if (seed !== undefined) options.seed = seed;
    return options;
  }

  /** Takes note of the stored adapters: offers them to start from, and keeps the choice if it is still there. */
  offer(adapters: readonly AdapterMeta[]): void {
    const stored = adapters.map(({ name }) => name);
    const before = this.#adapter.value;
    const always = [...this.#adapter.options].filter(({ value }) => value === OWN || value === '');
    this.#adapter.replaceChildren(...always, ...stored.map((name) => h('option', { value: name }, name)));
    const isThere = before === OWN || before === '' || stored.includes(before);
    if (isThere) this.#adapter.value = before;
    else this.use(OWN);
    this.#keep.offer(stored);
  }

  use(adapter: string): void {
    this.#adapter.value = adapter;
    this.#store();
  }

  /** As it is kept, which is as at the first visit once all was cleared. */
  reset(): void {
    this.#keep.clear();
    this.#fill();
  }

  focusKeepName(): void {
    reveal(this.#keep.field);
    this.#keep.field.select();
  }

  /** Fills the form with what was chosen before. */
  #fill(): void {
    const { learn, below, share, gate, review, memory, adapter, backend, numbers } = chosen.value;
    this.#learn.value = learn;
    this.#below.valueAsNumber = below;
    this.#share.valueAsNumber = share;
    this.#gate.checked = gate;
    this.#review.checked = review;
    this.#memory.value = memory;
    // Until the stored adapters are known it may be one of them.
    if (![...this.#adapter.options].some(({ value }) => value === adapter)) this.#adapter.append(h('option', { value: adapter }, adapter));
    this.#adapter.value = adapter;
    this.backend = backend;
    this.#numbers.values = numbers;
    this.#showLearn();
    this.#showKeep();
  }

  /** Keeps what is chosen, as far as it is valid, for the next visit. */
  #store(): void {
    try {
      chosen.value = {
        learn: this.#way, below: this.#below.valueAsNumber, share: valueOf(this.#share) ?? DEFAULTS.share, gate: this.#gate.checked,
        review: this.reviews, memory: this.memory, adapter: this.#adapter.value, backend: this.backend, numbers: this.#numbers.values,
      };
    } catch {
      // The browser stores nothing: it holds until the page is closed.
    }
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

  #showKeep(): void {
    this.#keep.show(this.remembers);
    this.#check();
  }

  /** Those that can be wrong. */
  #fields(): HTMLInputElement[] {
    return [this.#share, this.#keep.field, ...this.#numbers.fields];
  }

  /** Marks what is not valid, says why, and hands out the first such field. The limits stand in index.html. */
  #check(): HTMLInputElement | undefined {
    const wrong = this.#fields().filter((field) => {
      const valid = field.checkValidity();
      if (valid) field.removeAttribute('aria-invalid');
      else field.setAttribute('aria-invalid', 'true');
      return !valid;
    });
    this.#keep.complain(wrong.includes(this.#keep.field));
    need('share-message').textContent = wrong.includes(this.#share) ? limits(this.#share) : '';
    this.#numbers.complain(wrong);
    return wrong[0];
  }
}
