import { fact, need } from './dom';
import { seconds } from './format';
import { PHASES } from './phases';

/** Stages as the agent names them, in the order of the phases. */
const STAGES = new Map<string, string>([
  ...PHASES.map(([phase, label]) => [phase.replaceAll('-', '_'), label] as const),
  ['total', 'Total'],
]);

/** Seconds by stage, as the agent measured them. */
export class Timing {
  readonly #list = need('timing');

  constructor() {
    this.clear();
  }

  clear(): void {
    this.#list.replaceChildren(fact('After a question', '–'));
  }

  show(stages: Record<string, number>): void {
    const facts = [...STAGES].flatMap(([stage, label]) => {
      const value = stages[stage];
      return value === undefined ? [] : [fact(label, seconds(value))];
    });
    this.#list.replaceChildren(...facts);
  }
}
