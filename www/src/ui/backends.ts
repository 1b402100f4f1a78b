import type { BackendChoice } from 'autodidact';

/** What the agent shall compute on, as buttons of which one is chosen. */
export class Backends {
  readonly #radios = document.querySelectorAll<HTMLInputElement>('input[name="backend"]');

  constructor(onChange: () => void) {
    for (const radio of this.#radios) radio.addEventListener('change', onChange);
  }

  get chosen(): BackendChoice {
    return ([...this.#radios].find(({ checked }) => checked)?.value ?? 'auto') as BackendChoice;
  }

  set chosen(backend: BackendChoice) {
    for (const radio of this.#radios) radio.checked = radio.value === backend;
  }
}
