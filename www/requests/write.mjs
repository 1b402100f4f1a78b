/**
 * Labelled requests for the page's own tools, as JSON Lines in the form that `autodidact sft` and `eval` read:
 *
 *   node requests/write.mjs train 4500 > train.jsonl
 *   node requests/write.mjs held 300 > held.jsonl      templates and words that `train` never uses
 */
import { pageMenu } from './modules.mjs';
import { GAPS, TEMPLATES } from './wordings.mjs';

const [part, count] = process.argv.slice(2);
if (!['train', 'held'].includes(part) || !(Number(count) > 0)) {
  console.error('usage: node requests/write.mjs train|held COUNT');
  process.exit(2);
}

/** Mulberry32: the same requests on every machine. */
function randomness(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const random = randomness(part === 'train' ? 1 : 2);
const whole = (from, to) => from + Math.floor(random() * (to - from + 1));
const one = (list) => list[whole(0, list.length - 1)];
const two = (number) => String(number).padStart(2, '0');
const isHeld = (_, index) => index % 4 === 3;
const mine = (list) => list.filter((entry, index) => isHeld(entry, index) === (part === 'held'));

/** The words for a gap, and the argument that they mean. */
function fill(gap) {
  const source = GAPS[gap];
  const picked = typeof source === 'function' ? source({ whole, one, two, mine }) : one(mine(source));
  const [words, value] = Array.isArray(picked) ? picked : [String(picked), picked];
  return { words, value };
}

function request(tool) {
  const template = one(mine(TEMPLATES[tool]));
  const units = one(mine(GAPS.units));
  const given = {};
  const query = template.replace(/\{(\w+)(?:=(\w+)|:(\w+)(?::(\d))?)?\}/g, (_, name, constant, gap = name, index) => {
    if (constant !== undefined) {
      given[name] = constant;
      return '';
    }
    const { words, value } = index === undefined ? fill(gap) : { words: units[index], value: units[index] };
    given[name] = value;
    return words;
  });
  return { query: query.charAt(0).toUpperCase() + query.slice(1), calls: tool === 'none' ? [] : [{ name: tool, arguments: given }] };
}

/** As people type: with a courtesy, without a capital, without the last mark. */
function typed(query) {
  const lower = (text) => text.charAt(0).toLowerCase() + text.slice(1);
  const isQuestion = query.endsWith('?');
  let text = query;
  if (!isQuestion && random() < 0.1) text = `${one(['Please', 'Hey,', 'Ok,', 'So,'])} ${lower(text)}`;
  if (random() < 0.35) text = lower(text);
  if (isQuestion && random() < 0.25) text = text.slice(0, -1);
  if (!isQuestion && random() < 0.15) text += one(['.', '!', ', please', ', thanks']);
  return text;
}

/** Tools whose requests have gaps come twice as often: there is more to learn. */
const TOOLS = Object.entries(TEMPLATES).flatMap(([name, [template]]) => (template.includes('{') && name !== 'set_theme' ? [name, name] : [name]));

function task(index) {
  const first = request(one(TOOLS));
  const second = random() < 0.08 && first.calls.length > 0 ? request(one(TOOLS.filter((name) => name !== 'none'))) : null;
  const words = typed(first.query) + (second ? `${one([' and ', ', then ', '. Also, ', '; '])}${typed(second.query)}` : '');
  const query = words.replace(/\bon (today|tomorrow)\b/gi, '$1');
  const answer = [...first.calls, ...(second?.calls ?? [])].map((call) => ({ ...call, arguments: asWritten(call.arguments, query) }));
  return { id: `page/${part}/${index}`, tools: shuffled(), query, answer };
}

/** Texts with the capitals that they have in the request. */
function asWritten(given, query) {
  const spelled = (text) => {
    const at = query.toLowerCase().indexOf(text.toLowerCase());
    return at < 0 ? text : query.slice(at, at + text.length);
  };
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, typeof value === 'string' ? spelled(value) : value]));
}

const menu = await pageMenu();
const shuffled = () => (part === 'held' || random() < 0.5 ? menu : menu.map((tool) => [random(), tool]).sort(([a], [b]) => a - b).map(([, tool]) => tool));

for (let index = 0; index < Number(count); index += 1) console.log(JSON.stringify(task(index)));
