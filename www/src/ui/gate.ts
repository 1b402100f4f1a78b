import type { GateReport } from 'autodidact';
import { fact, h, need } from './dom';
import { counted, decimals, percent } from './format';

/** What the check before use found. */
export class Gate {
  readonly #root = need('gate-report');

  clear(): void {
    this.#root.replaceChildren();
  }

  show(report: GateReport): void {
    const { before, after, canaries, changed, passed } = report;
    this.#root.replaceChildren(
      h('h4', {}, 'Check before use'),
      h('p', { class: 'verdict', 'data-passed': String(passed) }, h('b', {}, passed ? 'Passed: ' : 'Not passed: '), `${why(report)}.`),
      h('dl', { class: 'facts' },
        fact('Held-back example, before', probability(before), 'Mean probability of its tokens before learning'),
        fact('Held-back example, after', probability(after), 'Mean probability of its tokens after learning'),
        fact('Sure answers asked again', canaries === 0 ? 'none yet' : `${counted(canaries, 'answer')}, ${changed} changed`)),
    );
  }
}

/** Log-probabilities say little to people. */
const probability = (mean: number | null): string => (mean === null ? 'none was valid' : `${percent(Math.exp(mean))} (${decimals(mean, 3)} nats)`);

function why({ before, after, changed, passed }: GateReport): string {
  if (passed) return 'the example that it held back became likelier, and no sure answer changed';
  if (before === null || after === null) return 'no further example was valid, so nothing shows that the learning helps';
  if (changed > 0) return 'the learning changed an answer that was sure';
  return 'the example that it held back did not become likelier';
}
