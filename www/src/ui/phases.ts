import type { Phase } from 'autodidact';

/** The phases of a run in their order, as Progress names them. */
export const PHASES: readonly [Phase, string][] = [
  ['recall', 'Remember'],
  ['answer', 'Answer'],
  ['score', 'Judge'],
  ['decide', 'Decide'],
  ['search', 'Other tools'],
  ['reorder', 'Other orders'],
  ['synthesize', 'Write examples'],
  ['answer-in-context', 'Answer with them'],
  ['train', 'Train'],
  ['gate', 'Check'],
  ['answer-again', 'Answer again'],
  ['store', 'Keep'],
  ['restore', 'Put weights back'],
];

const SAID: Record<Phase, string> = {
  load: 'Loading the model',
  'self-test': 'Testing the backend',
  recall: 'Looking into its memory',
  score: 'Judging how sure it is',
  answer: 'Answering',
  decide: 'Deciding what to do',
  search: 'Answering with other tools',
  reorder: 'Answering with the tools in other orders',
  synthesize: 'Writing examples like your request',
  'answer-in-context': 'Answering with its examples before it',
  train: 'Training on its examples',
  gate: 'Checking what it learned',
  'answer-again': 'Answering again',
  store: 'Keeping the adapter',
  restore: 'Putting the weights back',
};

export const phaseText = (phase: Phase): string => SAID[phase];
