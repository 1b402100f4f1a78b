/** What is used of WordNet: a dictionary of English, safe synonyms, and nouns for made-up names. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const PARTS = { 1: 'noun', 2: 'verb' };
/** Lexicographer files of things: animals, artifacts, food, natural objects, plants, substances. */
const THINGS = new Set(['05', '06', '13', '17', '20', '27']);
const DOMINANT = 0.7;

export function readWordNet(folder) {
  const dictionary = new Set();
  const senses = { noun: new Map(), verb: new Map() };
  const things = [];
  for (const line of readFileSync(join(folder, 'index.sense'), 'utf8').split('\n')) {
    const [key, offset, order, tags] = line.split(' ');
    if (!tags) continue;
    const [lemma, rest] = key.split('%');
    if (/^[a-z]+$/.test(lemma)) dictionary.add(lemma);
    if (
      rest[0] === '1' &&
      order === '1' &&
      Number(tags) > 1 &&
      THINGS.has(rest.slice(2, 4)) &&
      /^[a-z]{3,10}$/.test(lemma)
    )
      things.push(lemma);
    const part = PARTS[rest[0]];
    if (!part || !/^[a-z]+$/.test(lemma)) continue;
    if (!senses[part].has(lemma)) senses[part].set(lemma, []);
    senses[part].get(lemma).push({ offset, order: Number(order), tags: Number(tags) });
  }
  return {
    dictionary,
    things: things.filter((word) => dictionary.has(word)).sort(),
    synonyms: { noun: synonyms(senses.noun), verb: synonyms(senses.verb) },
  };
}

/** The one sense a word mostly has, or undefined. */
function mainSense(list) {
  const first = list.find((sense) => sense.order === 1);
  const total = list.reduce((sum, sense) => sum + sense.tags, 0);
  return first && first.tags > 0 && first.tags >= DOMINANT * total ? first : undefined;
}

/** Words that mean the same: the shared sense must be the main one of the word and the first one of what replaces it, else it misleads. */
function synonyms(senses) {
  const bySynset = new Map();
  for (const [lemma, list] of senses) {
    const first = list.find((sense) => sense.order === 1);
    if (first?.tags > 0) bySynset.set(first.offset, [...(bySynset.get(first.offset) ?? []), lemma]);
  }
  const out = new Map();
  for (const group of bySynset.values()) {
    for (const lemma of group)
      if (group.length > 1 && mainSense(senses.get(lemma)))
        out.set(
          lemma,
          group.filter((other) => other !== lemma),
        );
  }
  return out;
}
