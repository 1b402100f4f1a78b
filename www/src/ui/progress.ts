import type { Phase, TrainEvent } from 'autodidact';
import { bar, fill } from './bar';
import { h, need } from './dom';
import { decimals, seconds } from './format';
import { PHASES } from './phases';

interface Cell {
  element: HTMLElement;
  time: HTMLElement;
  bar: HTMLElement;
  elapsedMs: number;
}

/** Shown only where they happen. */
const RARE = new Set<Phase | 'total'>(['recall', 'decide', 'search', 'reorder', 'answer-in-context']);

/** The phases of a run with the time that has passed in each, by the page's clock. */
export class Progress {
  readonly #cells = new Map<Phase | 'total', Cell>();
  #current: { phase: Phase; sinceMs: number } | null = null;
  #startMs = 0;
  #timer = 0;

  constructor() {
    const list = need('phases');
    for (const [phase, label] of [...PHASES, ['total', 'Total'] as const]) {
      const time = h('span', { class: 'time' });
      const line = bar(0);
      const element = h('li', { 'data-phase': phase }, line, h('span', { class: 'label' }, label), time);
      list.append(element);
      this.#cells.set(phase, { element, time, bar: line, elapsedMs: 0 });
    }
    this.#clear();
  }

  start(): void {
    this.#clear();
    this.#startMs = performance.now();
    this.#set('total', 'running');
    this.#timer = window.setInterval(() => this.#tick(), 100);
  }

  enter(phase: Phase): void {
    this.#leave();
    const cell = this.#cells.get(phase);
    if (cell) cell.element.hidden = false;
    this.#current = { phase, sinceMs: performance.now() };
    this.#set(phase, 'running');
  }

  /** The agent waits for the user. */
  wait(): void {
    this.#leave();
  }

  step({ step, total }: TrainEvent): void {
    const cell = this.#cells.get('train');
    if (cell) fill(cell.bar, step / total);
  }

  /**
   * `stopped`: the run ended before its end. `measured`: the agent's own seconds by stage, which replace the page's.
   */
  end(stopped: boolean, measured: Record<string, number> = {}): void {
    clearInterval(this.#timer);
    this.#leave(stopped ? 'stopped' : 'done');
    this.#tick();
    this.#set('total', stopped ? 'stopped' : 'done');
    for (const [phase, { element, time }] of this.#cells) {
      const taken = measured[phase.replaceAll('-', '_')];
      if (taken !== undefined) time.textContent = seconds(taken);
      if (element.dataset['state'] !== 'waiting') continue;
      this.#set(phase, 'skipped');
      time.textContent = stopped ? 'not reached' : 'not needed';
    }
  }

  #leave(state = 'done'): void {
    if (!this.#current) return;
    const { phase, sinceMs } = this.#current;
    this.#current = null;
    const cell = this.#cells.get(phase);
    if (!cell) return;
    cell.elapsedMs += performance.now() - sinceMs;
    this.#show(cell, cell.elapsedMs);
    this.#set(phase, state);
  }

  #tick(): void {
    const now = performance.now();
    const total = this.#cells.get('total');
    if (total) this.#show(total, now - this.#startMs);
    const cell = this.#current && this.#cells.get(this.#current.phase);
    if (this.#current && cell) this.#show(cell, cell.elapsedMs + now - this.#current.sinceMs);
  }

  #show(cell: Cell, ms: number): void {
    cell.time.textContent = `${decimals(ms / 1000, 1)} s`;
  }

  #set(phase: Phase | 'total', state: string): void {
    const cell = this.#cells.get(phase);
    if (!cell) return;
    cell.element.dataset['state'] = state;
    fill(cell.bar, state === 'done' ? 1 : 0);
    if (phase === 'total') return;
    if (state === 'running') cell.element.setAttribute('aria-current', 'step');
    else cell.element.removeAttribute('aria-current');
  }

  #clear(): void {
    for (const [phase, cell] of this.#cells) {
      cell.elapsedMs = 0;
      cell.element.hidden = RARE.has(phase);
      cell.time.textContent = '–';
      this.#set(phase, 'waiting');
    }
  }
}
