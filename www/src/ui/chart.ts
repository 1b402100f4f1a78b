import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { TrainEvent } from 'autodidact';
import { onColors } from '../tools/theme';
import { fact, h, need } from './dom';
import { decimals, seconds, small } from './format';

const HEIGHT = 200;
/** In nats: below it a fall of the loss looks as small as it is. */
const LOW = 0.1;

/** The training loss, live, with the figures of the last step. */
export class LossChart {
  readonly #box = need('chart');
  readonly #figures = need('train-figures');
  #steps: number[] = [];
  #losses: number[] = [];
  #total = 1;
  #plot: uPlot | null = null;
  #frame = 0;

  constructor() {
    new ResizeObserver(() => this.#plot?.setSize({ width: this.#box.clientWidth, height: HEIGHT })).observe(this.#box);
    onColors(() => this.#plot && this.#make());
    this.clear('While it trains: the loss at each step.');
  }

  clear(text: string): void {
    this.#steps = [];
    this.#losses = [];
    this.#total = 1;
    this.#plot?.destroy();
    this.#plot = null;
    this.#box.replaceChildren(h('p', { class: 'empty' }, text));
    this.#describe();
    this.#show();
  }

  add(event: TrainEvent): void {
    this.#steps.push(event.step);
    this.#losses.push(event.loss);
    this.#total = event.total;
    this.#show(event);
    this.#describe();
    // One drawing a frame, however fast the steps come.
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      if (this.#plot) this.#plot.setData(this.#data());
      else if (this.#steps.length > 0) this.#make();
    });
  }

  #data(): uPlot.AlignedData {
    return [this.#steps, this.#losses];
  }

  #describe(): void {
    this.#box.dataset['points'] = String(this.#losses.length);
    const [first, last] = [this.#losses[0], this.#losses.at(-1)];
    const text = first === undefined || last === undefined ? 'nothing yet' : `from ${decimals(first, 3)} to ${decimals(last, 3)} in ${this.#losses.length} steps`;
    this.#box.setAttribute('aria-label', `Loss by training step: ${text}`);
  }

  #show(event?: TrainEvent): void {
    const none = '–';
    this.#figures.replaceChildren(
      fact('Step', event ? `${event.step} of ${event.total}` : none),
      fact('Loss', event ? decimals(event.loss, 3) : none),
      fact('Learning rate', event ? small(event.learningRate) : none),
      fact('Tokens/s', event ? decimals(event.tokensPerSecond, 0) : none),
      fact('Time left', event ? seconds(event.etaSeconds) : none),
    );
  }

  #make(): void {
    this.#plot?.destroy();
    this.#box.replaceChildren();
    // As the theme has it: what stands in the property names the colors of both.
    const probe = this.#box.appendChild(h('span'));
    const color = (name: string) => {
      probe.style.color = `var(${name})`;
      return getComputedStyle(probe).color;
    };
    const axis = {
      stroke: color('--muted'), grid: { stroke: color('--line'), width: 1 }, ticks: { show: false }, font: '12px system-ui, sans-serif',
    };
    const accent = color('--accent');
    probe.remove();
    this.#plot = new uPlot(
      {
        width: this.#box.clientWidth,
        height: HEIGHT,
        legend: { show: false },
        cursor: { show: false },
        padding: [10, 12, 0, 0],
        scales: { x: { time: false, range: () => [1, Math.max(2, this.#total)] }, y: { range: (_, __, max) => [0, Math.max(max || 1, LOW) * 1.08] } },
        axes: [
          { ...axis, space: 48, size: 28, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500] },
          { ...axis, space: 36, size: 40 },
        ],
        series: [
          {},
          { label: 'Loss', stroke: accent, width: 2, points: { show: this.#total <= 60, size: 6, fill: accent } },
        ],
      },
      this.#data(),
      this.#box,
    );
  }
}
