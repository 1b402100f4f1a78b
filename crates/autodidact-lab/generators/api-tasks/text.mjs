/** Cleaning of documentation text, and the few facts of English that the grammar needs. */

const ABBREVIATIONS = {
  lat: 'latitude',
  lon: 'longitude',
  lng: 'longitude',
  long: 'longitude',
  q: 'query',
  num: 'number',
  desc: 'description',
  qty: 'quantity',
  lang: 'language',
  org: 'organization',
  repo: 'repository',
  msg: 'message',
  addr: 'address',
  acct: 'account',
  env: 'environment',
  cat: 'category',
  img: 'image',
  pwd: 'password',
  dob: 'date of birth',
  tz: 'time zone',
  timezone: 'time zone',
  prod: 'product',
  dest: 'destination',
  src: 'source',
  min: 'minimum',
  max: 'maximum',
  temp: 'temperature',
  amt: 'amount',
  zip: 'zip code',
  ts: 'timestamp',
  ref: 'reference',
  doc: 'document',
  info: 'information',
  username: 'user name',
};

/** The words of an identifier: `getUserByID_v2` is get, user, by, id, v2. */
export const words = (name) =>
  name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .replace(/[^A-Za-z0-9]+/g, ' ')
    .trim()
    .toLowerCase()
    .split(' ')
    .filter(Boolean);

export const spell = (list) =>
  list.flatMap((word) => (Object.hasOwn(ABBREVIATIONS, word) ? ABBREVIATIONS[word] : word).split(' '));

export const FUNCTION_WORDS = new Set(
  (
    'a an the this that these those of for in on at by to from with and or as is are be was were it its their your our my his her all any each every ' +
    'some no not which who whom whose what when where how if into via per than then between about within using used based given specified specific particular ' +
    'certain single one you we i they he she me us can may will shall should could would must has have had do does been there here also only such so'
  ).split(' '),
);

const NOT_ENGLISH =
  /\b(de|la|el|los|las|des|du|les|une|pour|der|die|das|und|het|een|van|voor|por|para|dos|uma|com|della|sur|aux|een|met|om|af|och|att)\b/i;

/** Plain text of a Markdown or HTML description: its first sentence, or '' when nothing usable is left. */
export function firstSentence(raw) {
  if (typeof raw !== 'string') return '';
  let text = raw
    .slice(0, 1500)
    .replace(/^([^\n]{4,60})\n(?=[A-Z])/, '$1. ')
    .replace(/<\/(p|li|h\d|div)>|<br\s*\/?>/gi, '. ')
    .replace(/<[^>]*>/g, ' ')
    .replace(/&(nbsp|quot|amp|lt|gt|#\d+);/g, ' ');
  text = text
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/^\s*#+\s*[^\n]*\n/, '')
    .replace(/[’‘]/g, "'")
    .replace(/[“”]/g, '"')
    .replace(/[–—]/g, '-');
  text = text
    .replace(/(?<=[a-z]) {2,}(?=[A-Z])/g, '. ')
    .replace(/https?:\/\/\S+/g, ' ')
    .replace(/[`*]|__|\\n/g, ' ')
    .replace(/\n\s*\n/g, '. ')
    .replace(/\s+/g, ' ')
    .replace(/\((deprecated|required|optional|beta)\)/gi, '');
  text = text
    .replace(/^[\s.:#*-]+/, '')
    .replace(/\s+([.,;:])/g, '$1')
    .replace(/\.\s*(\.\s*)+/g, '. ')
    .replace(/\be\. g\./g, 'e.g.');
  const end = text.search(/(?<!\b(?:e\.g|i\.e|etc|vs|no|approx|e|i))[.!?](\s|$)|\s-\s|;/i);
  return (end < 0 ? text : text.slice(0, end))
    .trim()
    .replace(/[:,-]+$/, '')
    .trim();
}

/** Whether a sentence is plain English: ASCII, no placeholders, most words in `dictionary`. */
export function plainEnglish(text, dictionary, share = 0.75) {
  if (
    !/^[\x20-\x7e]+$/.test(text) ||
    /\b(of|the|in|v|e|e\.g|for|and|a|an|to|with|or)$/i.test(text) ||
    /[{}<>|=_\\]|\bTODO\b|deprecated|lorem|\(\s*\)/i.test(text) ||
    NOT_ENGLISH.test(text)
  )
    return false;
  const list = text.toLowerCase().match(/[a-z]+/g) ?? [];
  const known = list.filter(
    (word) =>
      FUNCTION_WORDS.has(word) ||
      dictionary.has(word) ||
      dictionary.has(singular(word)) ||
      /^(api|url|ids?|info)$/.test(word),
  );
  return list.length > 0 && known.length >= share * list.length;
}

const IRREGULAR = {
  people: 'person',
  children: 'child',
  men: 'man',
  women: 'woman',
  series: 'series',
  news: 'news',
  status: 'status',
  address: 'address',
  data: 'data',
  indices: 'index',
  statuses: 'status',
  addresses: 'address',
  species: 'species',
};

export function singular(word) {
  if (Object.hasOwn(IRREGULAR, word)) return IRREGULAR[word];
  if (/ies$/.test(word) && word.length > 4) return `${word.slice(0, -3)}y`;
  if (/(ss|sh|ch|x|z)es$/.test(word)) return word.slice(0, -2);
  return /[^sui]s$/.test(word) && word.length > 3 ? word.slice(0, -1) : word;
}

export function plural(word) {
  if (isPlural(word)) return word;
  for (const [many, one] of Object.entries(IRREGULAR)) if (one === word) return many;
  if (/[^aeiou]y$/.test(word)) return `${word.slice(0, -1)}ies`;
  return /(s|sh|ch|x|z)$/.test(word) ? `${word}es` : `${word}s`;
}

export const isPlural = (word) =>
  word.length > 3 && word !== 'series' && word !== 'news' && (singular(word) !== word || word === 'data');

export const article = (phrase) =>
  /^(?:[aeio]|u(?!ni|se|ti)|hour|honest)/i.test(phrase) || /^(?:SMS|MP|XML|HTML|RSS)/.test(phrase) ? 'an' : 'a';

/** What two phrasings of one thing share: singular content words. */
export const stems = (text) =>
  new Set(
    words(text)
      .filter((word) => !FUNCTION_WORDS.has(word))
      .map(singular),
  );

export function overlap(a, b) {
  let both = 0;
  for (const item of a) if (b.has(item)) both++;
  return both / Math.max(1, a.size + b.size - both);
}

export const listed = (items, last = 'and') =>
  items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} ${last} ${items.at(-1)}`;
