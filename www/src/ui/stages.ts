import type { Phase, TrainEvent } from 'autodidact';
import { h } from './dom';
import { seconds } from './format';
import { phaseText } from './phases';

/** The stages of practice in a turn, as they come, with a way to stop. */
export class Stages {
  readonly element: HTMLElement;
  readonly #list = h('ol', { class: 'stages' });
  readonly #stop: HTMLElement;
  #current: { element: HTMLElement; phase: Phase; sinceMs: number } | null = null;

  constructor(stop: () => void) {
    this.#stop = h('button', { type: 'button', class: 'small', onclick: stop }, 'Stop practising');
    // The line of status speaks them.
    this.element = h('div', { class: 'practice', 'aria-live': 'off' }, this.#list, this.#stop);
  }

  focus(): void {
    this.#stop.focus();
  }

  enter(phase: Phase): void {
    this.#leave();
    const element = h('li', { 'data-stage': phase, 'data-state': 'running' }, h('span', {}, phaseText(phase)), h('span', { class: 'time' }, '…'));
    this.#list.append(element);
    this.#current = { element, phase, sinceMs: performance.now() };
  }

  step({ step, total }: TrainEvent): void {
    if (this.#current?.phase === 'train') this.#note(`step ${step} of ${total}`);
  }

  /** It has ended, or was stopped; `text` says what came of it. */
  end(text: string): void {
    this.#leave();
    this.#stop.replaceWith(h('p', { class: 'hint' }, text));
  }

  #leave(): void {
    if (!this.#current) return;
    this.#note(seconds((performance.now() - this.#current.sinceMs) / 1000));
    this.#current.element.dataset['state'] = 'done';
    this.#current = null;
  }

  #note(text: string): void {
    const time = this.#current?.element.querySelector('.time');
    if (time) time.textContent = text;
  }
}
