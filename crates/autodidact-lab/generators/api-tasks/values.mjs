/** Values for parameters, each with the way a user would say it: `{ gold, said, kind }`. */
import { MONTHS, twoDigits } from '../shared/format.mjs';
import { listed } from './text.mjs';

const split = (text) => text.split('|');
const FIRST = split(
  'Emma|Liam|Olivia|Noah|Ava|Sofia|Mateo|Yuki|Priya|Omar|Fatima|Chen|Ingrid|Lars|Aisha|Diego|Hannah|Tomasz|Nadia|Kwame|Elena|Ravi|Chloe|Marcus|Zoe|Andre|Mei|Jonas|Leila|Victor|Grace|Pedro|Amara|Felix|Naomi|Ivan|Carmen|Theo|Sana|Hugo|Linnea|Dev|Rosa|Kofi|Anneke|Bruno|Freya|Samir|Tessa|Wei',
);
const LAST = split(
  "Carter|Nguyen|Patel|Garcia|Kim|Okafor|Muller|Rossi|Silva|Johansson|Tanaka|Ahmed|Novak|Dubois|O'Brien|Kowalski|Mensah|Larsen|Ivanova|Costa|Brooks|Hughes|Reyes|Singh|Fischer|Moreau|Haddad|Lindqvist|Park|Bennett|Sato|Torres|Walsh|Petrov|Adeyemi|Coleman|Vargas|Schmidt|Yilmaz|Bianchi|Foster|Nakamura|Dlamini|Jensen|Barros|Whitfield|Sorensen|Khan|Mbeki|Larkin",
);
const CITIES = split(
  'Paris|Berlin|Tokyo|Lagos|Toronto|Madrid|Chicago|Mumbai|Sydney|Lisbon|Nairobi|Seoul|Austin|Oslo|Lima|Cairo|Dublin|Vienna|Bangkok|Denver|Prague|Boston|Zurich|Osaka|Bogota|Seattle|Manila|Athens|Warsaw|Cape Town|Buenos Aires|San Diego|Kuala Lumpur|New Orleans|Salt Lake City|Hanoi|Helsinki|Porto|Leeds|Marseille|Quito|Accra|Perth|Calgary|Kyoto|Sevilla|Ghent|Tampa|Portland|Rotterdam|Gdansk|Medellin|Jaipur|Auckland|Brisbane|Edinburgh|Santa Fe|Reno|Boise|Omaha',
);
const COUNTRIES = split(
  'France|Germany|Japan|Nigeria|Canada|Spain|India|Australia|Portugal|Kenya|Brazil|Mexico|Norway|Peru|Egypt|Ireland|Austria|Thailand|Poland|Greece|Italy|Chile|Vietnam|Finland|Morocco|Sweden|Turkey|New Zealand|South Africa|South Korea|Costa Rica|Denmark|Iceland|Ghana|Belgium|Colombia|Indonesia|Switzerland|Argentina|Netherlands',
);
const STATES = split(
  'California|Texas|Ohio|Bavaria|Ontario|Oregon|Queensland|Catalonia|Florida|Nevada|Utah|Georgia|Kansas|Vermont|Colorado|Quebec',
);
const ADJECTIVES = split(
  'silver|quiet|northern|amber|rapid|green|hidden|golden|bright|coastal|simple|urban|open|wild|modern|little|crimson|lunar|gentle|copper|frozen|velvet|solar|rustic|prime|early|royal|clever|blue|steady|humble|vivid|alpine|digital|classic|global|mobile|smart|daily|annual',
);
const FIRM_ENDS = split(
  'Logistics|Labs|Foods|Partners|Systems|Motors|Media|Health|Energy|Textiles|Group|Studios|Consulting|Ltd|GmbH|Inc|Robotics|Bank|Airlines|Outfitters',
);
const LANGUAGES = split(
  'English|French|German|Spanish|Japanese|Italian|Portuguese|Dutch|Korean|Arabic|Hindi|Swedish|Polish|Turkish',
);
const WORK = split(
  'Engineer|Accountant|Nurse|Project Manager|Designer|Data Analyst|Electrician|Sales Representative|Teacher|Software Developer|Chef|Marketing Lead',
);
const TOPICS = split(
  'climate change|remote work|electric cars|jazz|gardening|machine learning|renewable energy|street food|marathon training|chess openings|home automation|vintage cameras|data privacy|solar panels|coffee roasting|hiking trails|medieval history|quantum computing|urban planning|mental health|budget travel|sourdough bread|folk music|football|supply chain|tax reform|bird watching|yoga|cyber security|indie films|space exploration|organic farming',
);
const TEXTS = split(
  'Running about ten minutes late|Please call before delivery|Great service, will come back|The screen flickers after the update|Meeting moved to the second floor|Needs review before Friday|Thanks for your help last week|Customer asked for a refund|Replace the broken hinge|Weekly summary for the team|Handle with care|Looking forward to seeing you|Out of office until Monday|Tested on two devices|First draft, comments welcome|The invoice total is wrong|Happy birthday from all of us|Bring your own lunch|Door code has changed|Priority for the spring launch|Package arrived damaged|Please resend the contract|Server restarted twice overnight|Two seats near the window',
);
const SMALL = split('zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve');
const TIMEZONES = split(
  'Europe/Paris|America/New_York|Asia/Tokyo|Africa/Nairobi|Australia/Sydney|America/Bogota|Europe/Berlin|Asia/Kolkata|UTC',
);
const COLORS = split('red|navy|teal|#FF8800|#1a2b3c|orange|lime green|black|#e0e0e0|violet');
const TAGS = split(
  'urgent|summer|beta|internal|vip|clearance|draft|finance|backend|spring2024|newsletter|wholesale|on-site|archive|priority|seasonal',
);
const ONSET = split('b|br|c|d|dr|f|fl|g|gr|h|j|k|kl|l|m|n|p|pr|qu|r|s|st|t|tr|v|w|z|sh|th');
const NUCLEUS = split('a|e|i|o|u|ai|ea|o|a|e|y|io');
const CODA = split('n|r|l|x|s|th|m||||ck|nd|v');

/** A word that exists nowhere: it can only be copied. */
export function coined(random) {
  let out = '';
  for (let i = random.whole(2, 3); i > 0; i--)
    out += random.pick(ONSET) + random.pick(NUCLEUS) + (i === 1 || random.chance(0.25) ? random.pick(CODA) : '');
  return out;
}

const title = (text) => text.replace(/\b[a-z]/g, (letter) => letter.toUpperCase());

function day(random, year = random.whole(2015, 2027)) {
  const month = random.whole(1, 12);
  const date = random.whole(1, month === 2 ? 28 : 30);
  return { iso: `${year}-${twoDigits(month)}-${twoDigits(date)}`, year, month, date };
}

/** An ISO date is now and then said in words, where the tool names the format that the answer has to have. */
function dateValue(random, parameter) {
  const { iso, year, month, date } = day(random);
  if (parameter.names.has('isoDate') && random.chance(0.4)) {
    const name = MONTHS[month - 1];
    const ordinal = `${date}${date % 10 === 1 && date !== 11 ? 'st' : date % 10 === 2 && date !== 12 ? 'nd' : date % 10 === 3 && date !== 13 ? 'rd' : 'th'}`;
    return {
      gold: iso,
      said: random.pick([
        `${name} ${date}, ${year}`,
        `${date} ${name} ${year}`,
        `${name} ${ordinal}, ${year}`,
        `the ${ordinal} of ${name} ${year}`,
      ]),
    };
  }
  const other = /dd[-/]mm[-/]yyyy/i.exec(parameter.description)
    ? `${twoDigits(date)}-${twoDigits(month)}-${year}`
    : /mm[-/]dd[-/]yyyy/i.test(parameter.description)
      ? `${twoDigits(month)}/${twoDigits(date)}/${year}`
      : /yyyymmdd/i.test(parameter.description)
        ? iso.replace(/-/g, '')
        : iso;
  return { gold: other };
}

function identifier(random, parameter) {
  const stem = (
    parameter.words.find((word) => word.length > 2 && !/^(ids?|identifier|number|code|key|uuid)$/.test(word)) ?? 'item'
  ).slice(0, random.whole(2, 4));
  const prefix = random.chance(0.5) ? stem : coined(random).slice(0, 3);
  return random.weighted([
    [20, () => random.fill(random.pick(['###', '####', '#####', '######', '########'])).replace(/^0+/, '7')],
    [8, () => random.fill(`${prefix.toUpperCase()}-####`)],
    [7, () => random.fill(`${prefix}_**********`)],
    [6, () => random.fill('@@###')],
    [5, () => random.fill('########-####-4***-a***-************').replace(/#/g, '7')],
    [6, () => `${prefix}${random.fill('###')}`],
    [5, () => random.fill('**************')],
    [4, () => random.fill('@#@-####')],
    [4, () => `${coined(random)}-${random.pick(ADJECTIVES)}`],
    [3, () => random.fill('%%%%#%#%##')],
    [3, () => random.fill(`${prefix.toUpperCase()}####@`)],
  ])();
}

const slug = (random, things) =>
  random.pick([
    () => `${random.pick(ADJECTIVES)}-${random.pick(things)}`,
    () => coined(random),
    () => `${coined(random)}_${random.pick(things)}`,
    () => `${random.pick(things)}${random.whole(1, 99)}`,
  ])();
const person = (random) => `${random.pick(FIRST)} ${random.pick(LAST)}`;
const firm = (random, things) =>
  `${title(random.pick([() => coined(random), () => random.pick(things), () => `${random.pick(ADJECTIVES)} ${random.pick(things)}`])())} ${random.pick(FIRM_ENDS)}`;
const label = (random, things) =>
  random.pick([
    () => title(`${random.pick(ADJECTIVES)} ${random.pick(things)}`),
    () => `${title(coined(random))} ${random.whole(2, 40)}`,
    () => title(`${coined(random)} ${random.pick(things)}`),
    () => `${random.pick(ADJECTIVES)} ${random.pick(things)}`,
    () => title(random.pick(TOPICS)),
    () =>
      `Q${random.whole(1, 4)} ${title(random.pick(things))} ${random.pick(['plan', 'review', 'list', 'report', 'budget'])}`,
    () => title(coined(random)),
  ])();
const domain = (random) =>
  `${coined(random)}.${random.pick(['com', 'org', 'io', 'net', 'co.uk', 'dev', 'example.com'])}`;
const handle = (random) =>
  random.pick([
    () => `${random.pick(FIRST).toLowerCase()}${random.fill('##')}`,
    () => `${coined(random)}_${random.pick(LAST).toLowerCase().replace(/\W/g, '')}`,
    () => coined(random),
    () => `${random.pick(FIRST)[0].toLowerCase()}${random.pick(LAST).toLowerCase().replace(/\W/g, '')}`,
  ])();
const code = (random, list) => random.pick(split(list));

/** Kinds of text by name and description, tried in order: [kind, where to look, pattern, maker]. */
const TEXT_KINDS = [
  [
    'email',
    /\be ?mails?\b(?! (?:body|subject|template|type|content|text|name|format|title))/,
    (r) => `${handle(r)}@${domain(r)}`,
  ],
  [
    'phone',
    /\b(phone|mobile|msisdn|fax|telephone)\b/,
    (r) => r.fill(r.pick(['+1-###-555-0###', '+44 20 7946 0###', '555-01##', '+4915#########', '(###) 555-01##'])),
  ],
  [
    'url',
    /\b(url|uri|link|website|webhook|href|callback)\b/,
    (r, _, things) =>
      `https://${domain(r)}/${slug(r, things)}${r.pick(['', '', '/index.html', `?id=${r.whole(2, 900)}`, '.png'])}`,
  ],
  [
    'ip',
    /\b(ip|ipv4|ip address)\b/,
    (r) => [r.whole(11, 223), r.whole(0, 255), r.whole(0, 255), r.whole(1, 254)].join('.'),
  ],
  ['domain', /\b(domain|hostname|host|fqdn)\b/, (r) => domain(r)],
  ['timezone', /\btime zone\b/, (r) => r.pick(TIMEZONES)],
  [
    'currency',
    /\bcurrenc(y|ies)\b|^(base|quote) currency/,
    (r) => code(r, 'USD|EUR|GBP|JPY|INR|CAD|AUD|CHF|SEK|BRL|MXN|ZAR'),
  ],
  ['airport', /\b(airport|iata)\b/, (r) => code(r, 'JFK|LHR|CDG|SFO|NRT|DXB|SIN|AMS|MAD|GRU|YYZ|SYD|FRA|OSL')],
  [
    'symbol',
    /\b(ticker|symbols?|stock)\b/,
    (r) => (r.chance(0.6) ? code(r, 'AAPL|MSFT|TSLA|AMZN|NVDA|SHOP|IBM|KO|NFLX|BTC|ETH') : r.fill('@@@@')),
  ],
  [
    'countryCode',
    /\bcountry (code|iso)|iso 3166|\bcountry\b.*\b(iso|code|two letter)\b/,
    (r) => code(r, 'US|DE|FR|JP|BR|IN|GB|NG|ES|IT|CA|AU|SE|PL|MX|ZA'),
  ],
  [
    'languageCode',
    /\blanguage (code|iso)|iso 639|\blocale\b/,
    (r) => code(r, 'en|fr|de|es|ja|it|pt|nl|en-US|fr-CA|pt-BR|sv|ko'),
  ],
  ['language', /\blanguages?\b/, (r) => (r.chance(0.5) ? r.pick(LANGUAGES) : code(r, 'en|fr|de|es|ja|it|pt|nl'))],
  ['country', /\b(country|countries|nation(ality)?)\b/, (r) => r.pick(COUNTRIES)],
  ['zip', /\b(zip|postal|postcode|zipcode)\b/, (r) => r.fill(r.pick(['#####', '#####', '@@# #@@', '####']))],
  [
    'address',
    /\b(street|address|line1|address line)\b/,
    (r) =>
      `${r.whole(2, 990)} ${r.pick([...LAST, 'Oak', 'Maple', 'High', 'Mill', 'Station'])} ${r.pick(['Street', 'Avenue', 'Road', 'Lane', 'Drive'])}${r.chance(0.3) ? `, ${r.pick(CITIES)}` : ''}`,
  ],
  ['state', /^(state|province|county|state code|state province)$/, (r) => r.pick(STATES)],
  [
    'city',
    /\b(city|town|cities|municipality|place|location|origin|destination|departure|arrival|venue|region|area)\b(?!.*\b(id|code|resource|name of)\b)/,
    (r) => r.pick(CITIES),
  ],
  [
    'hash',
    /\b(hash|sha|sha1|sha256|md5|checksum|digest|commit|fingerprint)\b/,
    (r) => r.fill(r.pick(['****************', '********', '********************************'])),
  ],
  [
    'arn',
    /\barn\b/,
    (r, p, things) => r.fill(`arn:aws:${p.words[0].slice(0, 6)}:us-east-1:############:${r.pick(things)}/`) + coined(r),
  ],
  ['uuid', /\b(uuid|guid)\b/, (r) => r.fill('********-****-4***-9***-************')],
  ['isbn', /\bisbn\b/, (r) => r.fill('978##########')],
  [
    'coordinates',
    /\b(latitude longitude|coordinates?|lat lng|latlng)\b/,
    (r) => `${r.whole(-60, 70)}.${r.fill('####')},${r.whole(-170, 170)}.${r.fill('####')}`,
  ],
  ['color', /\bcolou?rs?\b/, (r) => r.pick(COLORS)],
  ['gender', /\b(gender|sex)\b/, (r) => r.pick(['male', 'female'])],
  [
    'mime',
    /\b(mime|content type|media type)\b/,
    (r) => r.pick(['image/png', 'application/pdf', 'text/csv', 'audio/mpeg']),
  ],
  [
    'path',
    /\b(path|file name|filename|file|folder|directory)\b(?!.*\b(id|type|format|size|count)\b)/,
    (r, _, things) =>
      r.pick([
        () =>
          `/${r.pick(['home', 'var/data', 'docs', 'srv'])}/${slug(r, things)}.${r.pick(['txt', 'csv', 'pdf', 'json'])}`,
        () => `${slug(r, things)}.${r.pick(['csv', 'pdf', 'png', 'docx'])}`,
      ])(),
  ],
  [
    'version',
    /\b(version|revision|release)\b/,
    (r) =>
      r.pick([
        `${r.whole(1, 9)}.${r.whole(0, 20)}.${r.whole(0, 9)}`,
        `v${r.whole(1, 12)}`,
        `${r.whole(2, 14)}.${r.whole(0, 9)}`,
      ]),
  ],
  [
    'number',
    /^(minimum|maximum|lowest|highest) |\b(ratings?|latitude|longitude|radius|width|height|weight|percent(age)?|quantity|amount|price|count|minutes|hours|days|seconds)$/,
    (r, p) => String(numberFor(r, p)),
  ],
  [
    'id',
    /\b(ids?|identifiers?|uid|sid|number|code|sku|key|ref|reference|no|serial|vin|uuid)\b$|^(unique |the )?(unique )?(id|identifier|sku) |\bunique identifier\b/,
    (r, p) => identifier(r, p),
  ],
  [
    'user',
    /\b(user name|username|login|handle|screen name|nickname|account|owner|user|member|assignee|author)\b(?!.*\b(title|email)\b)/,
    (r) => handle(r),
  ],
  ['firstName', /\b(first|given|fore) ?name\b|\bfirstname\b/, (r) => r.pick(FIRST)],
  ['lastName', /\b(last|family|sur) ?name\b|\b(lastname|surname)\b/, (r) => r.pick(LAST)],
  [
    'person',
    /\b(full name|customer name|contact|person|recipient|artist|actor|player|patient|employee|guest|sender|customer|passenger|driver)\b/,
    (r) => person(r),
  ],
  [
    'company',
    /\b(company|organization|employer|vendor|supplier|brand|merchant|manufacturer|business|firm)\b/,
    (r, _, t) => firm(r, t),
  ],
  ['job', /\b(job title|position|profession|occupation|role)\b/, (r) => r.pick(WORK)],
  [
    'text',
    /\b(message|comments?|notes?|body|reason|summary|caption|content|remarks?|instructions|bio|text|feedback|details|memo)\b|^description$/,
    (r) => r.pick(TEXTS),
  ],
  [
    'query',
    /\b(query|keywords?|search|term|topic|subject|theme|interest|phrase)\b/,
    (r, _, t) =>
      r.pick([
        () => r.pick(TOPICS),
        () => r.pick(t),
        () => `${r.pick(ADJECTIVES)} ${r.pick(t)}`,
        () => coined(r),
        () => person(r),
      ])(),
  ],
  [
    'tag',
    /\b(tags?|labels?|category|categories|genres?|group|segment|topics?)\b/,
    (r, _, t) => (r.chance(0.5) ? r.pick(TAGS) : r.pick(t)),
  ],
  ['name', /\b(name|title|label|description|display name|headline)\b/, (r, _, t) => label(r, t)],
];

const DATE = /\b(date|day|birthday|birth|expiry|expires|deadline|since|until|checkin|checkout|check in|check out)\b/;

/** Which maker a text parameter has: its name decides, its description where the name says nothing. */
export function kindOfText(parameter) {
  const name = parameter.spoken;
  if (parameter.format === 'date-time' || /\b(date ?time|timestamp|created at|updated at)\b/.test(name))
    return 'datetime';
  if (parameter.format === 'uuid') return 'uuid';
  if (parameter.format === 'email') return 'email';
  if (/^(url|uri)$/.test(parameter.format)) return 'url';
  if (parameter.format === 'date' || DATE.test(name) || /yyyy-?\/?mm/i.test(parameter.description)) return 'date';
  if (/\btime\b/.test(name) && !/zone|type/.test(name)) return 'time';
  if (/^(season|year)$|\byear\b/.test(name)) return 'year';
  if (/^(whether|if (true|set)|true\b|set to true|when (true|set)|boolean)/i.test(parameter.description)) return 'flag';
  if (/\bmonth\b/.test(name)) return 'month';
  if (/\w (ids?|identifier|sid)$/.test(name) && !/e ?mail|ip\b|uuid|guid|arn/.test(name)) return 'id';
  const described = parameter.description.toLowerCase();
  const heads = described.split(/ (?:of|for|to|in|that|which|by) /)[0];
  if (/^(country|language)$/.test(name) && /\b(code|iso|letter)/.test(described)) return `${name}Code`;
  for (const [kind, pattern] of TEXT_KINDS) if (pattern.test(name)) return kind;
  if (/\bdate\b/.test(heads)) return 'date';
  for (const [kind, pattern] of TEXT_KINDS) if (described && pattern.test(heads)) return kind;
  return 'any';
}

function textValue(random, parameter, things) {
  const kind = kindOfText(parameter);
  if (parameter.example !== undefined && !['date', 'datetime', 'text'].includes(kind) && random.chance(0.3))
    return { kind, gold: parameter.example };
  if (kind === 'date') return { kind, ...dateValue(random, parameter) };
  if (kind === 'datetime')
    return {
      kind,
      gold: `${day(random).iso}T${twoDigits(random.whole(0, 23))}:${random.pick(['00', '15', '30', '45'])}:00${random.pick(['Z', 'Z', ''])}`,
    };
  if (kind === 'time')
    return {
      kind,
      gold: random.pick([
        `${twoDigits(random.whole(0, 23))}:${random.pick(['00', '15', '30', '45'])}`,
        `${random.whole(1, 12)}:${random.pick(['00', '30'])} ${random.pick(['AM', 'PM'])}`,
      ]),
    };
  if (kind === 'year') return { kind, gold: String(random.whole(1990, 2026)) };
  if (kind === 'month') return { kind, gold: random.pick(MONTHS) };
  if (kind === 'flag') return { kind, gold: random.pick(['true', 'true', 'false']) };
  const found = TEXT_KINDS.find(([name]) => name === kind);
  if (found) return { kind, gold: found[2](random, parameter, things) };
  return {
    kind,
    gold: random.pick([
      () => slug(random, things),
      () => coined(random),
      () => title(coined(random)),
      () => random.pick(things),
      () => `${random.pick(ADJECTIVES)} ${random.pick(things)}`,
    ])(),
  };
}

/** A number that the name of its parameter makes plausible. */
function numberFor(random, { spoken: name, type, description }) {
  const whole = type === 'integer';
  const decimal = (low, high, digits) => Number((low + random.unit() * (high - low)).toFixed(whole ? 0 : digits));
  if (/latitude/.test(name)) return decimal(-60, 70, 4);
  if (/longitude/.test(name)) return decimal(-170, 170, 4);
  if (/\b(ids?|identifier|number|no|code|uid)\b/.test(name))
    return Number(random.fill(random.pick(['##', '###', '####', '#####', '######', '########'])).replace(/^0+/, '4'));
  if (/year/.test(name)) return random.whole(1985, 2027);
  if (/month/.test(name)) return random.whole(1, 12);
  if (/\bday\b/.test(name)) return random.whole(1, 28);
  if (/\b(timestamp|epoch|unix|date|expires)\b/.test(`${name} ${description.toLowerCase()}`))
    return random.whole(1500000000, 1790000000);
  if (/\b(price|amount|cost|total|salary|budget|balance|income|value|fee|revenue|tax)\b/.test(name))
    return random.pick([
      () => decimal(3, 90, 2),
      () => decimal(100, 2500, 2),
      () => random.whole(2, 90) * 50,
      () => random.whole(5, 400) * 1000,
    ])();
  if (/\b(percent|percentage|rate|ratio|discount|probability|threshold|confidence|opacity)\b/.test(name))
    return whole ? random.whole(1, 95) : random.pick([() => decimal(0.1, 15, 1), () => decimal(0.01, 0.99, 2)])();
  if (/\b(age)\b/.test(name)) return random.whole(18, 88);
  if (/\b(width|height|size|length|radius|distance|weight|duration|seconds|minutes)\b/.test(name))
    return random.pick([() => random.whole(2, 60) * 5, () => decimal(1, 250, 1)])();
  if (
    /\b(quantity|count|guests|adults|children|seats|rooms|bedrooms|bathrooms|beds|floors|people|limit|days|copies|stars|rating|level|priority|page|hours)\b/.test(
      name,
    )
  )
    return random.whole(1, random.pick([5, 12, 40]));
  return random.pick([
    () => random.whole(1, 12),
    () => random.whole(10, 500),
    () => random.whole(500, 90000),
    () => decimal(0.5, 300, 1),
    () => decimal(1, 100, 2),
  ])();
}

function number(random, parameter) {
  const name = parameter.spoken;
  const gold =
    parameter.example !== undefined && random.chance(0.15) ? parameter.example : numberFor(random, parameter);
  const exact = /\b(ids?|identifier|number|no|code|uid|year|latitude|longitude|timestamp|page)\b/.test(name);
  let said = String(gold);
  if (!exact && Number.isInteger(gold)) {
    if (gold >= 0 && gold <= 12 && random.chance(0.3)) said = SMALL[gold];
    else if (Math.abs(gold) >= 1000 && random.chance(0.4)) said = gold.toLocaleString('en-US');
  }
  return { kind: 'number', gold, said };
}

function scalar(random, parameter, things) {
  if (parameter.options.length) {
    const gold = random.pick(parameter.options);
    const text = String(gold);
    // A value like IN_PROGRESS is said "in progress"; one like PREMIUM_LRS_2 is better said as it stands.
    const near =
      /^[A-Za-z]+([_-][A-Za-z]+)*$/.test(text) && !/^[A-Z]{2,3}$/.test(text) && random.chance(0.5)
        ? text.replace(/[_-]/g, ' ').toLowerCase()
        : text;
    return { kind: 'option', gold, said: near };
  }
  if (parameter.type === 'boolean') return { kind: 'switch', gold: random.chance(0.72), said: '' };
  return parameter.type === 'string' ? textValue(random, parameter, things) : number(random, parameter);
}

/** `text` in quotes, where it has none of that sort itself. */
export const quoted = (text, mark) => (mark && text.includes(mark) ? text : `${mark}${text}${mark}`);

/** A value for `parameter`, and how the query says it. */
export function makeValue(random, parameter, things) {
  if (!parameter.list) {
    const made = scalar(random, parameter, things);
    return {
      ...made,
      gold: typeof made.gold === 'string' ? made.gold.trim() : made.gold,
      said: made.said ?? String(made.gold).trim(),
    };
  }
  const made = [];
  for (
    let i = random.weighted([
      [3, 1],
      [6, 2],
      [4, 3],
      [1, 4],
    ]);
    i > 0;
    i--
  ) {
    const one = scalar(random, parameter, things);
    if (!made.some((other) => other.gold === one.gold)) made.push(one);
  }
  const mark =
    parameter.type === 'string' && !parameter.options.length && random.chance(0.3) ? random.pick(['"', '"', "'"]) : '';
  return {
    kind: made[0].kind,
    list: true,
    gold: made.map((one) => one.gold),
    said: listed(made.map((one) => quoted(one.said ?? String(one.gold), mark))),
  };
}
