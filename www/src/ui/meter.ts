import type { Candidate, Estimator, ScoreReport } from 'autodidact';
import { bar, fill } from './bar';
import { fact, h, need } from './dom';
import { decimals, percent } from './format';

const SHOWN = 6;

/** What the agent's certainty is, by the estimator that it uses. */
const NAMES: Record<Estimator, string> = {
  'margin': 'Margin',
  'max-probability': 'Top probability',
  'entropy': 'Order among the tools',
  'perplexity': 'Mean probability of the answer’s tokens',
};

/** How sure the agent is: its certainty against the threshold, and the candidates that it weighed. */
export class Meter {
  readonly #root = need('meter');
  readonly #badge = need('meter-badge');

  constructor() {
    this.clear();
  }

  clear(): void {
    this.#badge.hidden = true;
    this.#root.replaceChildren(h('p', { class: 'empty' }, 'After a question: how sure the agent is, and how likely each tool is.'));
  }

  /** `always`: it learns however sure it is, so there is no threshold. */
  show(uncertainty: ScoreReport, always: boolean): void {
    const { estimator, certainty, threshold, unsure } = uncertainty;
    this.#badge.hidden = false;
    this.#badge.dataset['kind'] = unsure ? 'unsure' : 'sure';
    this.#badge.textContent = unsure ? 'Unsure' : 'Sure';
    const candidates = [...uncertainty.candidates].sort((a, b) => b.probability - a.probability);
    const hidden = candidates.length - SHOWN;
    this.#root.replaceChildren(
      h('p', { class: 'verdict' },
        `${NAMES[estimator]} `, h('b', { id: 'margin' }, decimals(certainty, 3)),
        ...(always ? [': it practises for every request.'] : [
          unsure ? ' is below ' : ' is not below ', 'the threshold ', h('b', {}, decimals(threshold)), '.',
        ])),
      gauge(NAMES[estimator], certainty, always ? null : threshold),
      h('ol', { class: 'candidates', 'aria-label': 'Candidates' }, ...candidates.slice(0, SHOWN).map(candidateView)),
      hidden > 0 ? h('p', { class: 'hint' }, `and ${hidden} less likely`) : '',
      h('dl', { class: 'facts' },
        ...([['Margin', 'margin'], ['Top probability', 'maxProbability'], ['Entropy', 'entropy'], ['Perplexity', 'perplexity']] as const)
          .map(([label, key]) => fact(label, measured(uncertainty[key])))),
    );
  }
}

const measured = (value: number | null): string => (value === null ? 'not measured' : decimals(value, 3));

function gauge(name: string, certainty: number, threshold: number | null): HTMLElement {
  const track = bar(certainty, 'gauge');
  return h(
    'div',
    {
      class: 'gauge-box', role: 'meter', 'aria-label': name, 'aria-valuemin': 0, 'aria-valuemax': 1, 'aria-valuenow': decimals(certainty, 3),
      'aria-valuetext': decimals(certainty, 3) + (threshold === null ? '' : `, threshold ${decimals(threshold)}`),
    },
    track,
    threshold !== null && markAt(threshold),
    h('span', { class: 'scale', 'aria-hidden': 'true' }, h('span', {}, '0 toss-up'), h('span', {}, 'certain 1')),
  );
}

function markAt(threshold: number): HTMLElement {
  const mark = h('span', { class: 'mark', 'aria-hidden': 'true' });
  fill(mark, threshold);
  return mark;
}

function candidateView({ name, probability, logProb }: Candidate): HTMLElement {
  return h('li', {},
    name === null ? h('span', { class: 'name' }, 'no call') : h('code', { class: 'name' }, name),
    bar(probability),
    h('span', { class: 'number' }, percent(probability)),
    h('span', { class: 'number log', title: 'Log-probability' }, decimals(logProb)),
  );
}
