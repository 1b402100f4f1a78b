import type { Candidate, Uncertainty } from '../protocol';
import { bar, fill } from './bar';
import { fact, h, need } from './dom';
import { decimals, percent } from './format';

const SHOWN = 6;

/** How sure the agent is: the margin against the threshold, and the candidates that it weighed. */
export class Meter {
  readonly #root = need('meter');
  readonly #badge = need('meter-badge');

  constructor() {
    this.clear();
  }

  clear(): void {
    this.#badge.hidden = true;
    this.#root.replaceChildren(h('p', { class: 'empty' }, 'After a question: the margin, and how likely each tool is.'));
  }

  show(uncertainty: Uncertainty): void {
    const { margin, threshold, unsure, max_probability, entropy, perplexity } = uncertainty;
    this.#badge.hidden = false;
    this.#badge.dataset['kind'] = unsure ? 'unsure' : 'sure';
    this.#badge.textContent = unsure ? 'Unsure' : 'Sure';
    const candidates = [...uncertainty.candidates].sort((a, b) => b.probability - a.probability);
    const hidden = candidates.length - SHOWN;
    this.#root.replaceChildren(
      h('p', { class: 'verdict' },
        'Margin ', h('b', { id: 'margin' }, decimals(margin, 3)), unsure ? ' is below ' : ' is not below ',
        'the threshold ', h('b', {}, decimals(threshold)), unsure ? ': it learns first.' : ': it answers at once.'),
      gauge(margin, threshold),
      h('ol', { class: 'candidates', 'aria-label': 'Candidates' }, ...candidates.slice(0, SHOWN).map(candidateView)),
      hidden > 0 ? h('p', { class: 'hint' }, `and ${hidden} less likely`) : '',
      h('dl', { class: 'facts' },
        fact('Top probability', decimals(max_probability, 3)),
        fact('Entropy', decimals(entropy, 3)),
        fact('Perplexity', perplexity === null ? 'not measured' : decimals(perplexity, 3))),
    );
  }
}

function gauge(margin: number, threshold: number): HTMLElement {
  const track = bar(margin, 'gauge');
  const mark = h('span', { class: 'mark', 'aria-hidden': 'true' });
  fill(mark, threshold);
  return h(
    'div',
    {
      class: 'gauge-box', role: 'meter', 'aria-label': 'Margin', 'aria-valuemin': 0, 'aria-valuemax': 1, 'aria-valuenow': decimals(margin, 3),
      'aria-valuetext': `margin ${decimals(margin, 3)}, threshold ${decimals(threshold)}`,
    },
    track,
    mark,
    h('span', { class: 'scale', 'aria-hidden': 'true' }, h('span', {}, '0 toss-up'), h('span', {}, 'certain 1')),
  );
}

function candidateView({ name, probability, log_prob }: Candidate): HTMLElement {
  return h('li', {},
    name === null ? h('span', { class: 'name' }, 'no call') : h('code', { class: 'name' }, name),
    bar(probability),
    h('span', { class: 'number' }, percent(probability)),
    h('span', { class: 'number log', title: 'Log-probability' }, decimals(log_prob)),
  );
}
