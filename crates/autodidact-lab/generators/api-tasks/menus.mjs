/** Menus of tools and the tasks over them. */
import { capital } from '../shared/format.mjs';
import { Random } from '../shared/random.mjs';
import { baseVerb, kindOf } from './asks.mjs';
import { overlap, spell, stems, words } from './text.mjs';
import { kindOfText, makeValue, quoted } from './values.mjs';
import { Writer } from './phrases.mjs';

/** Characters of names and descriptions that a menu may have: about 700 tokens with the brackets of a rendering. */
const MENU_CHARACTERS = 2300;
const MOST_PARAMETERS = 6;

const camel = (list) => list.map((word, index) => (index ? capital(word) : word)).join('');
const STYLES = {
  camel: (list) => camel(list),
  snake: (list) => list.join('_'),
  pascal: (list) => list.map(capital).join(''),
  dotted: (list, space) => `${space}.${list.join('_')}`,
  dottedCamel: (list, space) => `${space}.${camel(list)}`,
  kebab: (list) => list.join('-'),
};
const STYLE_WEIGHTS = [
  [30, 'camel'],
  [30, 'snake'],
  [12, 'pascal'],
  [10, 'dotted'],
  [5, 'dottedCamel'],
  [3, 'kebab'],
  [10, 'mixed'],
];

/** The short noun phrase that heads a parameter's description, or ''. */
function nounPhrase(description, spoken) {
  const text = description
    .replace(/\([^)]*\)?/g, '')
    .split(/[,.:;]| (?:that|which|to|where|used|in which|who|whose|you|must|is|can|should|if|when|by|as)\b/)[0]
    .replace(/^(the|an?|your|my)\s/i, '')
    .replace(/\b(specified|given)\b ?/g, '')
    .trim();
  const list = text.split(' ');
  if (
    list.length > 5 ||
    text.length < 3 ||
    !/^[A-Za-z][A-Za-z' -]+$/.test(text) ||
    /\b(optional|required|filter|string|list|whether|set|search|returns?|specif\w+|indicates?|use|boolean|true|value|parameter|a|an|of|for)$|^(filter|return|search|specif|indicat|whether|set|use|if|only|include|get|limit|when|optional|for|of|in|one|number to)/i.test(
      text,
    )
  )
    return '';
  const first = list[0].toLowerCase();
  // A single word says a parameter's meaning only where its name has it too.
  if (list.length === 1 && !spoken.split(' ').includes(first)) return '';
  if (
    /^(restrict|defines?|pass|enter|allows?|only|identifies|works|unused|used|default|results?|provide|takes?|must|please|contains?)\b/.test(
      first,
    ) ||
    (baseVerb(first) &&
      !/^(order|post|report|record|request|rate|share|log|list|play|test|search|query|tag|link|build)$/.test(first))
  )
    return '';
  return text.replace(/\b[A-Z][a-z]+/g, (word) => word.toLowerCase());
}

/** One tool as a menu shows it: a choice of its parameters in the menu's style. */
function dress(tool, menu, random) {
  const needed = tool.parameters.filter((one) => one.required && (!one.boilerplate || random.chance(0.15)));
  // Choices, switches and numbers are the rarer kinds: they come to the fore.
  const rank = (one) => random.unit() - (one.options.length || one.type !== 'string' ? 0.25 : 0);
  const others = tool.parameters
    .filter((one) => !one.required && (!one.boilerplate || random.chance(0.1)))
    .map((one) => [rank(one), one])
    .sort((a, b) => a[0] - b[0])
    .map(([, one]) => one);
  // Descriptions leave much optional; most benchmarks' tools do not.
  const promoted = others
    .slice(
      0,
      random.weighted([
        [4, 0],
        [4, 1],
        [2, 2],
      ]),
    )
    .filter((one) => !one.boilerplate && one.type !== 'boolean');
  const room = Math.max(
    0,
    random.weighted([
      [1, 1],
      [3, 2],
      [4, 3],
      [3, 4],
      [1, 6],
    ]) - needed.length,
  );
  const chosen = tool.parameters
    .filter((one) => needed.includes(one) || others.slice(0, room).includes(one))
    .slice(0, MOST_PARAMETERS);
  const isNeeded = (one) => one.required || (needed.length + promoted.length <= 4 && promoted.includes(one));
  const style = menu.style === 'mixed' ? random.pick(['camel', 'snake', 'pascal', 'dotted']) : menu.style;
  const names = new Set();
  const parameters = [];
  for (const one of chosen) {
    const list = one.words;
    const name = menu.names === 'own' ? one.name : menu.names === 'snake' ? list.join('_') : camel(list);
    const spoken = spell(list).join(' ');
    // Two parameters that are said alike (`domain_name`, `domainName`) cannot be told apart in a query.
    if (names.has(name) || parameters.some((other) => other.spoken === spoken)) continue;
    names.add(name);
    const made = {
      ...one,
      name,
      spoken,
      required: isNeeded(one),
      names: new Set(),
      nounPhrase: nounPhrase(one.description, spoken),
    };
    if (menu.bare && random.chance(0.7)) made.description = '';
    else if (!made.description && random.chance(0.4)) made.description = `The ${spoken}`;
    if (one.type === 'string' && !one.options.length && kindOfText(made) === 'date') {
      if (made.description && !/\d|y{2}/i.test(made.description) && random.chance(0.5))
        made.description += random.pick([
          ' (YYYY-MM-DD)',
          ' in the format YYYY-MM-DD',
          ', format YYYY-MM-DD',
          ' (e.g., 2023-05-14)',
        ]);
      if (/yyyy-mm-dd|\d{4}-\d\d-\d\d/i.test(made.description)) made.names.add('isoDate');
    }
    if (made.description && menu.stop) made.description += '.';
    parameters.push(made);
  }
  const properties = {};
  for (const one of parameters) {
    const inner = one.options.length ? { type: one.type, enum: one.options } : { type: one.type };
    const described = one.description ? { description: one.description } : {};
    properties[one.name] = one.list
      ? { type: 'array', ...described, items: inner }
      : { type: one.type, ...described, ...(one.options.length ? { enum: one.options } : {}) };
  }
  const name = STYLES[style](tool.name, menu.space);
  const schema = {
    name,
    description: tool.description + (menu.stop ? '.' : ''),
    parameters: {
      type: 'object',
      properties,
      required: parameters.filter((one) => one.required).map((one) => one.name),
    },
  };
  return { tool, schema, parameters };
}

const length = ({ schema }) =>
  schema.name.length +
  schema.description.length +
  Object.entries(schema.parameters.properties).reduce(
    (sum, [name, one]) =>
      sum + name.length + (one.description?.length ?? 0) + (one.enum ?? one.items?.enum ?? []).join().length,
    0,
  );

/** Whether a request for `gold` could be read as one for `other`. */
function mistakable(gold, other) {
  const alike = overlap(gold.meaning, other.meaning);
  const sameKind = kindOf(gold.ask) === kindOf(other.ask) || !gold.ask.verb || !other.ask.verb;
  if (alike > 0.85 || gold.name.join() === other.name.join()) return true;
  if (!sameKind) return false;
  // All that the gold tool is about is said of the other too: a request cannot tell them apart.
  return alike >= 0.65 || [...gold.meaning].every((stem) => other.meaning.has(stem));
}

/** The tools that stand beside `golds`: mostly of the same API and close in meaning. */
function distractors(golds, count, catalogue, random) {
  const [gold] = golds;
  const fits = (tool) => !golds.some((one) => one === tool || mistakable(one, tool));
  const near = gold.siblings
    .filter(fits)
    .map((tool) => ({
      tool,
      score: overlap(gold.meaning, tool.meaning) + (tool.group === gold.group ? 0.25 : 0) + random.unit() * 0.6,
    }))
    .sort((a, b) => b.score - a.score);
  const out = [];
  const add = (tool) => {
    if (
      tool &&
      fits(tool) &&
      !out.some((one) => one === tool || one.name.join() === tool.name.join() || one.description === tool.description)
    )
      out.push(tool);
  };
  const foreign = random.chance(0.35) ? 0.5 : 0.05;
  for (let tries = 0; out.length < count && tries < 30; tries++) {
    if (random.chance(foreign) || !near.length)
      add(
        random.chance(0.6)
          ? random.pick(catalogue.byStem.get(random.pick([...gold.meaning])) ?? catalogue.tools)
          : random.pick(catalogue.tools),
      );
    else add(near.shift().tool);
  }
  return out;
}

function chosenArguments(dressed, random, { optional }) {
  // A call that needs nothing is rarely asked for bare.
  const share = dressed.parameters.some((one) => one.required) ? optional : Math.max(optional, 0.55);
  return dressed.parameters.filter((one) => one.required || random.chance(share));
}

const valued = (parameters, random, things) =>
  parameters.map((parameter) => ({ parameter, value: makeValue(random, parameter, things) }));
const asCall = (dressed, args) => ({
  name: dressed.schema.name,
  arguments: Object.fromEntries(args.map(({ parameter, value }) => [parameter.name, value.gold])),
});

const JOINS = [
  'Also, ',
  'Then ',
  'After that, ',
  'In addition, ',
  'Next, ',
  'Besides that, ',
  'I also have another request: ',
  'And ',
  'On top of that, ',
];
const lower = (text) => (/^(?:I\b|I'|[A-Z]{2})/.test(text) ? text : text.charAt(0).toLowerCase() + text.slice(1));

/** Sentences for several different calls, in order. */
function joined(parts, random) {
  if (parts.length === 1) return parts[0];
  if (parts.length === 2 && random.chance(0.35) && parts.every((part) => !/[.?!] /.test(part)))
    return `${parts[0].replace(/[.?]$/, '')}${random.pick([' and ', ', and then ', ', and also ', ', then '])}${lower(parts[1])}`;
  const numbered = parts.length > 2 && random.chance(0.3);
  return parts
    .map((part, index) => {
      if (numbered) return random.pick([['First', 'Second', 'Third', 'Fourth'][index]]) + `, ${lower(part)}`;
      if (!index) return random.chance(0.25) ? `First, ${lower(part)}` : part;
      if (random.chance(0.2)) return part;
      return (
        (index === parts.length - 1 && parts.length > 2
          ? random.pick(['Finally, ', 'Lastly, ', 'And finally, '])
          : random.pick(JOINS)) + lower(part)
      );
    })
    .join(' ');
}

/** The same tool again for other values. */
function repeated(writer, dressed, random, things, optional) {
  const parameters = chosenArguments(dressed, random, { optional });
  const free = parameters.filter(
    (one) => !one.list && one.type !== 'boolean' && !(one.options.length && one.options.length < 3),
  );
  if (!free.length) return undefined;
  const varied = random.pick(free);
  const count = random.weighted([
    [6, 2],
    [3, 3],
    [1, 4],
  ]);
  const base = valued(parameters, random, things);
  const at = parameters.indexOf(varied);
  const values = [];
  for (let tries = 0; values.length < count && tries < 12; tries++) {
    const value = makeValue(random, varied, things);
    if (!values.some((other) => other.gold === value.gold || other.said === value.said)) values.push(value);
  }
  if (values.length < 2) return undefined;
  const calls = values.map((value) => base.map((arg, index) => (index === at ? { ...arg, value } : arg)));
  const sign =
    values.every((value) => value.kind !== 'number' && value.kind !== 'option') && random.chance(0.3) ? '"' : '';
  const said = values.map((value) => quoted(value.said, sign));
  let text;
  if (random.chance(0.65)) {
    const together = base.map((arg, index) =>
      index === at
        ? {
            ...arg,
            value: {
              ...values[0],
              list: true,
              said: `${said.slice(0, -1).join(', ')} ${random.pick(['and', 'and', 'and also', 'as well as'])} ${said.at(-1)}`,
            },
          }
        : arg,
    );
    text = writer.call(dressed.tool.ask, together);
  } else {
    const more = said.slice(1).map((one) => `${varied.spoken} ${one}`);
    const other = `${more.slice(0, -1).join(', ')}${more.length > 1 ? ' and ' : ''}${more.at(-1)}`;
    text = `${writer.call(dressed.tool.ask, calls[0])} ${random.pick([`Do the same for ${other}.`, `I need the same for ${other}.`, `And the same with ${other}.`, `Then repeat that for ${other}.`, `Also for ${other}.`])}`;
  }
  return {
    text,
    calls: calls.map((args) => asCall(dressed, args)),
    values: calls.flat().map(({ value }) => value.said),
  };
}

/** A catalogue of the tools: by API for picking, by word for foreign distractors. */
export function makeCatalogue(apis) {
  const tools = apis.flatMap((api) => api.tools);
  const byStem = new Map();
  for (const api of apis) for (const tool of api.tools) tool.siblings = api.tools;
  for (const tool of tools)
    for (const stem of tool.meaning) byStem.set(stem, [...(byStem.get(stem) ?? []).slice(-200), tool]);
  const providers = new Map();
  for (const api of apis) {
    const golds = api.tools.filter((tool) => tool.ask.spoken);
    if (golds.length) providers.set(api.provider, [...(providers.get(api.provider) ?? []), golds]);
  }
  // A provider counts less than in proportion to its tools, and up to a bound: the big clouds must not fill the file.
  const weights = [...providers.values()].map((list) => [Math.min(70, list.flat().length ** 0.7), list]);
  return { tools, byStem, weights };
}

/** One task, or undefined where the draw does not give a good one. */
export function makeTask(seed, catalogue, wordnet) {
  const random = new Random(seed);
  const gold = random.pick(random.pick(random.weighted(catalogue.weights)));
  const shape = random.weighted([
    [85, 'one'],
    [5, 'same'],
    [6, 'several'],
    [4, 'none'],
  ]);
  const golds = [gold];
  if (shape === 'several') {
    const wanted = random.weighted([
      [6, 2],
      [3, 3],
      [1, 4],
    ]);
    for (const tool of random.shuffle(gold.siblings))
      if (
        golds.length < wanted &&
        tool.ask.spoken &&
        !golds.some((one) => mistakable(one, tool) || mistakable(tool, one))
      )
        golds.push(tool);
    if (golds.length < 2) return undefined;
  }
  const menu = {
    style: random.weighted(STYLE_WEIGHTS),
    names: random.weighted([
      [5, 'own'],
      [3, 'snake'],
      [2, 'camel'],
    ]),
    bare: random.chance(0.08),
    stop: random.chance(0.35),
    space: '',
  };
  menu.space = words(gold.title).slice(0, 2).join('_') || words(gold.provider)[0] || 'api';
  if (!/^[a-z]\w{1,20}$/.test(menu.space)) menu.space = 'api';
  let beside = distractors(
    golds,
    random.weighted([
      [8, 0],
      [10, 1],
      [16, 2],
      [22, 3],
      [22, 4],
      [12, 5],
      [10, 6],
    ]) + (shape === 'none' ? 1 : 0),
    catalogue,
    random,
  );
  // Without its tool a request must not be half served by another.
  if (shape === 'none')
    beside = beside.filter(
      (tool) =>
        overlap(gold.meaning, tool.meaning) < (kindOf(gold.ask) === kindOf(tool.ask) || !tool.ask.verb ? 0.34 : 0.6),
    );
  const dressedGolds = golds.map((tool) => dress(tool, menu, random));
  const dressed = beside.map((tool) => dress(tool, menu, random));
  if (dressedGolds.some((one) => !one.parameters.length && !random.chance(0.4))) return undefined;
  let size = dressedGolds.reduce((sum, one) => sum + length(one), 0);
  if (size > MENU_CHARACTERS) return undefined;
  const listedTools = shape === 'none' ? [] : [...dressedGolds];
  for (const one of dressed)
    if ((size += length(one)) <= MENU_CHARACTERS && !listedTools.some((other) => other.schema.name === one.schema.name))
      listedTools.push(one);
  if (new Set(dressedGolds.map((one) => one.schema.name)).size < golds.length || !listedTools.length) return undefined;

  const others = listedTools.map((one) => one.tool).filter((tool) => !golds.includes(tool));
  const shun = new Set(others.flatMap((tool) => [...tool.meaning]));
  const rivals = (tool) =>
    [...others, ...golds.filter((one) => one !== tool)].filter(
      (other) => kindOf(other.ask) === kindOf(tool.ask) || !other.ask.verb,
    );
  // What tells a tool from a rival must be in the words of the request or among the parameters that it gives.
  const told = (one) =>
    new Set([
      ...stems(one.tool.ask.object),
      ...one.parameters.filter((parameter) => parameter.required).flatMap((parameter) => [...stems(parameter.spoken)]),
    ]);
  if (
    dressedGolds.some((one) =>
      rivals(one.tool).some(
        (other) => ![...told(one)].some((stem) => one.tool.meaning.has(stem) && !other.meaning.has(stem)),
      ),
    )
  )
    return undefined;
  const keepOf = (tool) =>
    new Set([...tool.meaning].filter((stem) => rivals(tool).some((other) => !other.meaning.has(stem))));
  const quotes = random.chance(0.75) ? '"' : "'";
  const writerOf = (tool) =>
    new Writer(random, wordnet, {
      keep: keepOf(tool),
      shun,
      title: tool.title.length < 24 && /^[\w .&-]+$/.test(tool.title) ? tool.title : '',
      quotes,
    });
  // About one task in seven names optional parameters.
  const optional = random.chance(0.5) ? 0.5 : 0;

  const { things } = wordnet;
  let text;
  let answer;
  let values;
  const writer = writerOf(gold);
  if (shape === 'same') {
    const made = repeated(writer, dressedGolds[0], random, things, optional);
    if (!made) return undefined;
    ({ text, calls: answer, values } = made);
  } else {
    const parts = [];
    answer = [];
    values = [];
    for (const [index, one] of dressedGolds.entries()) {
      const chosen = chosenArguments(one, random, { optional });
      // Calls with one argument are the most common operations, but not the most telling ones.
      if (shape === 'one' && chosen.length < 2 && random.chance(0.35)) return undefined;
      const args = valued(chosen, random, things);
      parts.push(writerOf(one.tool).call(one.tool.ask, args, index === 0));
      answer.push(asCall(one, args));
      values.push(...args.map(({ value }) => value.said));
    }
    text = joined(parts, random);
    if (shape === 'none') answer = [];
  }
  const query = writer.finish(text, values.filter(Boolean));
  if (query.length > 700 || /\u0001|undefined/.test(query)) return undefined;
  return { tools: random.shuffle(listedTools).map((one) => one.schema), query, answer, golds };
}
