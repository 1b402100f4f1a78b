import { fact, need } from './dom';
import { seconds } from './format';

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
    this.#list.replaceChildren(...Object.entries(stages).map(([stage, value]) => fact(stage.replace(/[_-]/g, ' '), seconds(value))));
  }
}
