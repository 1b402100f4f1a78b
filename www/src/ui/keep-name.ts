import { freeName } from '../names';
import { need } from './dom';

/** The name under which what is learned is kept, if it is. */
export class KeepName {
  readonly #keep = need<HTMLInputElement>('keep');
  readonly field = need<HTMLInputElement>('keep-name');
  #stored: readonly string[] = [];
  /** The name that was filled in here; it makes way when it is taken, a typed one does not. */
  #suggested = '';

  constructor(onChange: () => void) {
    this.#keep.addEventListener('change', onChange);
  }

  get isOn(): boolean {
    return this.#keep.checked && !this.#keep.disabled;
  }

  get name(): string {
    return (this.field.value = this.field.value.trim());
  }

  /** `remembers`: the memory finds what it learned by itself; names are not needed. */
  show(remembers: boolean): void {
    this.#keep.disabled = remembers;
    this.field.disabled = need('keep-hint').hidden = !this.isOn;
    if (this.isOn && !this.field.value) this.#suggest();
  }

  /** Names that are taken. */
  offer(stored: readonly string[]): void {
    this.#stored = stored;
    if (this.#suggested && this.field.value === this.#suggested) this.#suggest();
  }

  complain(isWrong: boolean): void {
    need('keep-hint').classList.toggle('bad', isWrong);
    need('keep-missing').hidden = !isWrong || this.field.value !== '';
  }

  clear(): void {
    this.#keep.checked = false;
    this.field.value = this.#suggested = '';
  }

  #suggest(): void {
    this.#suggested = freeName('my-adapter', this.#stored);
    this.field.value = this.#suggested;
  }
}
