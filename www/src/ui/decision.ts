import type { Decision, JudgementReport } from 'autodidact';
import { fact, h, need } from './dom';
import { decimals } from './format';

const SAID: Record<Decision['kind'], string> = {
  act: 'It does what was asked: nothing is missing, and it is sure enough of the calls.',
  clarify: 'It asks back: a value is missing or not possible, or it is not sure enough of the calls.',
  decline: 'It declines: no tool fits, or you ruled the tool out.',
};

/** The features behind a decision, in plain words; the codes are Rust's. */
const FEATURES: Record<string, string> = {
  joined: 'This tool, by model and words',
  model: 'This tool, by the model',
  words: 'This tool, by the words',
  explained: 'Words that it explains',
  deeds: 'Words in its name and description',
  named: 'Things of its name that were said',
  described: 'Words of its description that were said',
  commanded: 'Its verb was said',
  lead: 'Lead over the next tool',
  calls: 'The model begins a call',
  written: 'The model wrote a call',
  certainty: 'Mean certainty of the tokens',
  weakest: 'Least certain token',
  same_tool: 'The model alone takes it too',
  same_arguments: 'Rules give the same values',
  guessed: 'Values that were guessed',
  gaps: 'Something is missing',
  several: 'Several calls',
  typed: 'Words in numbers, choices, and times',
  texts: 'Words in texts',
  left: 'Words that nothing explains',
  mood: 'A question to read, an order to do',
};

/** What was decided, and the numbers behind it. */
export class DecisionPanel {
  readonly #root = need('decision');

  constructor() {
    this.clear();
  }

  clear(): void {
    this.#root.replaceChildren(h('p', { class: 'empty' }, 'After a request: whether the agent acts, asks back or declines, and why.'));
  }

  show({ kind }: Decision, judgement?: JudgementReport): void {
    const numbers = judgement && [
      fact('The calls are right', decimals(judgement.certainty, 3), 'In [0, 1]'),
      fact('Some tool fits', decimals(judgement.fits, 3), 'In [0, 1]'),
      ...Object.entries(judgement.features).map(([name, value]) => fact(FEATURES[name] ?? name.replaceAll('_', ' '), decimals(value), name)),
    ];
    this.#root.replaceChildren(
      h('p', { class: 'verdict', id: 'decision-verdict', 'data-kind': kind }, SAID[kind]),
      numbers ? h('dl', { class: 'facts' }, ...numbers) : '');
  }
}
