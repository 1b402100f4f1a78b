/**
 * Makes labeled requests for the page's own tools, as JSON Lines in the form that `autodidact sft` and `eval` read. From the
 * root of the repository, after `npm --prefix www ci`:
 *
 *   node crates/autodidact-lab/generators/page-requests/main.mjs train 4500 >train.jsonl
 *   node crates/autodidact-lab/generators/page-requests/main.mjs held 300 >held.jsonl
 *
 * Requests of `held` use only the templates and words that `train` never uses. The same part and count give the same file.
 */
import { capital } from '../shared/format.mjs';
import { Random } from '../shared/random.mjs';
import { pageMenu } from './modules.mjs';
import { GAPS, TEMPLATES } from './wordings.mjs';

const [part, count] = process.argv.slice(2);
if (!['train', 'held'].includes(part) || !(Number(count) > 0)) {
  console.error('usage: main.mjs train|held COUNT');
  process.exit(2);
}

const random = new Random(part === 'train' ? 1 : 2);
const isHeld = (_, index) => index % 4 === 3;
/** The entries of `list` that belong to the part being written. */
const inPart = (list) => list.filter((entry, index) => isHeld(entry, index) === (part === 'held'));

/** The words for a gap, and the argument that they mean. */
function fill(gap) {
  const source = GAPS[gap];
  const picked = typeof source === 'function' ? source({ random, inPart }) : random.pick(inPart(source));
  const [words, value] = Array.isArray(picked) ? picked : [String(picked), picked];
  return { words, value };
}

/** A request for one call of `tool` ('none': for what no tool does), and that call. */
function request(tool) {
  const template = random.pick(inPart(TEMPLATES[tool]));
  const units = random.pick(inPart(GAPS.units));
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
  return { query: capital(query), calls: tool === 'none' ? [] : [{ name: tool, arguments: given }] };
}

/** As people type: with a courtesy, without a capital, without the last mark. */
function typed(query) {
  const lower = (text) => text.charAt(0).toLowerCase() + text.slice(1);
  const isQuestion = query.endsWith('?');
  let text = query;
  if (!isQuestion && random.chance(0.1)) text = `${random.pick(['Please', 'Hey,', 'Ok,', 'So,'])} ${lower(text)}`;
  if (random.chance(0.35)) text = lower(text);
  if (isQuestion && random.chance(0.25)) text = text.slice(0, -1);
  if (!isQuestion && random.chance(0.15)) text += random.pick(['.', '!', ', please', ', thanks']);
  return text;
}

const hasGaps = ([name, [template]]) => template.includes('{') && name !== 'set_theme';
/** Tools whose requests have gaps stand here twice, because there is more to learn for them. */
const TOOLS = Object.entries(TEMPLATES).flatMap((entry) => (hasGaps(entry) ? [entry[0], entry[0]] : [entry[0]]));

function task(index) {
  const first = request(random.pick(TOOLS));
  const second =
    random.chance(0.08) && first.calls.length > 0 ? request(random.pick(TOOLS.filter((name) => name !== 'none'))) : null;
  const joint = () => random.pick([' and ', ', then ', '. Also, ', '; ']);
  const words = typed(first.query) + (second ? `${joint()}${typed(second.query)}` : '');
  const query = words.replace(/\bon (today|tomorrow)\b/gi, '$1');
  const calls = [...first.calls, ...(second?.calls ?? [])];
  const answer = calls.map((call) => ({ ...call, arguments: asWritten(call.arguments, query) }));
  return { id: `page/${part}/${index}`, tools: menuInOrder(), query, answer };
}

/** Texts with the capitals that they have in the request. */
function asWritten(given, query) {
  const spelled = (text) => {
    const at = query.toLowerCase().indexOf(text.toLowerCase());
    return at < 0 ? text : query.slice(at, at + text.length);
  };
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => [name, typeof value === 'string' ? spelled(value) : value]),
  );
}

const menu = await pageMenu();

/** The page's menu: half of the training tasks have it in another order. */
function menuInOrder() {
  if (part === 'held' || random.chance(0.5)) return menu;
  return menu
    .map((tool) => [random.unit(), tool])
    .sort(([a], [b]) => a - b)
    .map(([, tool]) => tool);
}

for (let index = 0; index < Number(count); index += 1) console.log(JSON.stringify(task(index)));
