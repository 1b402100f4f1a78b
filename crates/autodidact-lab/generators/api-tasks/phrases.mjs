/** Puts a call into the words of a user. Values stand as marks while the words are worked on, so no step can alter them. */
import { capital } from '../shared/format.mjs';
import { VERBS, withArticle } from './asks.mjs';
import { FUNCTION_WORDS, article, isPlural, listed, plural, singular, stems } from './text.mjs';

const NEAR = Object.fromEntries(
  (
    'details:information,info,particulars|information:info,details,data|customer:client|client:customer|price:cost|cost:price|photo:picture,image|image:picture|picture:photo,image|movie:film|song:track|organization:company,org|company:firm,business|' +
    'employee:staff member,worker|invoice:bill|email:mail,e-mail|location:place|place:location,spot|country:nation|repository:repo|statistic:stat,figure|metric:measurement,figure|summary:overview|overview:summary|status:state|' +
    'configuration:config,setup|setting:preference,option|permission:access right|comment:remark|forecast:prediction,outlook|record:entry|entry:record|device:gadget,unit|server:machine|video:clip|game:match|match:game|' +
    'reply:response|answer:reply|notification:alert,notice|alert:warning,notification|folder:directory|directory:folder|tag:label|label:tag|quote:quotation|booking:reservation|reservation:booking|doctor:physician|vacancy:job opening|' +
    'shipment:delivery|package:parcel|coupon:voucher|voucher:coupon|picture:photo|issue:problem|error:fault,failure|attribute:property|property:attribute|history:past record|list:overview|member:participant|participant:attendee|attendee:participant|' +
    'meeting:get-together|vehicle:car|store:shop|shop:store|feedback:comments|name:title|definition:meaning|meaning:definition|transaction:money movement|earnings:income|currency:money|exchange:swap|available:on offer,open|current:present,latest|' +
    'latest:newest,most recent|popular:well-liked,trending|associated:linked,connected|related:connected|existing:present|multiple:several|several:multiple|new:fresh|document:paper|calendar:schedule|schedule:timetable|timetable:schedule|' +
    'conversation:chat|chat:conversation|news:headlines|weather:weather conditions|temperature:temp|nearby:close-by|similar:alike|random:arbitrary|total:overall|daily:everyday|annual:yearly|monthly:per-month'
  )
    .split('|')
    .map((line) => line.split(':'))
    .map(([word, others]) => [word, others.split(',')]),
);

const SITUATIONS = [
  "I'm putting together a report",
  "I'm working through my backlog",
  "we're cleaning things up",
  "I'm getting ready for a meeting",
  "I'm setting things up for a new client",
  "I'm double-checking our records",
  "we're in the middle of a migration",
  "I'm helping a colleague",
  'my manager asked me for this',
  "I'm debugging a problem",
  "we're planning the next quarter",
  "I'm preparing a presentation",
  "I'm testing an integration",
  "I'm writing a blog post",
  'there was a mix-up yesterday',
  "I'm on the phone with a customer",
  "I'm auditing our data",
  "I'm organizing my things",
  'we had a request come in',
  "I'm building a small app",
  "I'm comparing a few options",
  "I'm doing some research",
  "we're about to launch",
  "I'm training a new team member",
  "I'm planning a trip",
  "I'm finishing my homework",
  "we're short on time",
  "I'm reviewing last week's work",
  'the team is waiting on this',
  "I'm following up on a ticket",
];
const THANKS = [
  'Thanks!',
  'Thank you.',
  'Thanks in advance.',
  "It's urgent.",
  "That's all.",
  'Appreciate it.',
  'No rush.',
  'Let me know how it goes.',
];
const ROLES = [
  'an analyst',
  'an admin',
  'a project manager',
  'a developer',
  'a team lead',
  'a support agent',
  'a student',
  'a shop owner',
  'a researcher',
  'an editor',
];
const FIRST_PERSON = /\bme\b|^(give|tell|provide|display)\b/;

const mark = (index) => `\u0001${index}\u0002`;
const MARK = /\u0001(\d+)\u0002/g;

export class Writer {
  /** `keep`: stems that tell this tool from the others of its menu; `shun`: stems that would point at another one. */
  constructor(random, wordnet, { keep, shun, title, quotes }) {
    Object.assign(this, { random, wordnet, keep, shun, title, quotes });
  }

  /** The sentences that ask for one call; `first` is false where another call has been asked for before. */
  call(ask, args, first = true) {
    const { random } = this;
    this.args = args;
    this.object = this.reword(withArticle(ask, random), ask);
    const open = new Set(args.map((_, index) => index));
    this.attach(ask, open);
    for (const index of open) this.dropEcho(index);
    const rest = [...open];
    const plan = this.plan(rest);
    const inline = this.inline(plan.inline, ask);
    let text = this.frame(ask, inline, first && !plan.before.length);
    // A lead goes before one plain sentence only.
    if (plan.front.length)
      text = /[.?!] |^(Hi|Since|As)\b|^(I'm|We're|My|The team|There)\b.* (and|so) /.test(text)
        ? `${text} ${this.sentence(plan.front, false)}`
        : this.front(plan.front, text);
    if (plan.before.length) text = `${this.sentence(plan.before, true)} ${text}`;
    if (plan.after.length) text = `${text} ${this.sentence(plan.after, false)}`;
    return this.fillIn(text);
  }

  /** The object with some words replaced and tails dropped, never so that it fits another tool of the menu. */
  reword(object, ask) {
    const { random } = this;
    let out = object;
    const tail =
      /^(.*\S) (?:of|for|in|from|to|on|with|associated with|belonging to|that|which|within|under|at) ([^,]+)$/.exec(
        out,
      );
    if (
      tail &&
      random.chance(0.3) &&
      stems(tail[1]).size > 0 &&
      ![...stems(tail[2])].some((stem) => this.keep.has(stem)) &&
      !/^(add|remove|assign|send|move|convert|copy)$/.test(ask.verb)
    )
      out = tail[1];
    if (/^(the |all )?(details|information|info|data) (of|for|about|on) /.test(out) && random.chance(0.5)) {
      if (random.chance(0.5) || !['get'].includes(ask.verb))
        out = out.replace(
          /^(the |all )?(details|information|info|data) (of|for|about|on)/,
          random.pick([
            'everything about',
            'what we have on',
            'all details of',
            'info on',
            'the information on',
            'the data for',
            'the specifics of',
          ]),
        );
      else out = out.replace(/^(the |all )?(details|information|info|data) (of|for|about|on) /, '');
    }
    const careless = random.chance(0.5);
    const replaced = out
      .split(' ')
      .map((original) => {
        const word =
          careless && /^[A-Z][a-z]+$/.test(original) && this.wordnet.dictionary.has(singular(original.toLowerCase()))
            ? original.toLowerCase()
            : original;
        const stem = singular(word.toLowerCase());
        if (!/^[a-z]{3,}$/.test(word) || FUNCTION_WORDS.has(word)) return word;
        const hand = Object.hasOwn(NEAR, word) ? NEAR[word] : Object.hasOwn(NEAR, stem) ? NEAR[stem] : undefined;
        // Short nouns have too many meanings for a dictionary to choose.
        const net = stem.length > 4 ? this.wordnet.synonyms.noun.get(stem) : undefined;
        if (!random.chance(hand ? (this.keep.has(stem) ? 0.2 : 0.3) : this.keep.has(stem) ? 0.05 : 0.14)) return word;
        const options = (hand ?? net ?? []).filter((other) => ![...stems(other)].some((made) => this.shun.has(made)));
        if (!options.length) return word;
        const chosen = random.pick(options);
        return word !== stem && !Object.hasOwn(NEAR, word) && isPlural(word) ? chosen.replace(/\w+$/, plural) : chosen;
      })
      .filter(
        (word, index, all) =>
          !(
            index > 0 &&
            index < all.length - 1 &&
            random.chance(0.05) &&
            /^(new|existing|available|current|complete|associated)$/.test(word) &&
            !this.keep.has(word)
          ),
      );
    return replaced.join(' ').replace(/\b(an?) (?=(\w+))/g, (whole, _, next) => `${article(next)} `);
  }

  /** Puts values next to the nouns they belong to: `the order 1234`, `the forecast for Paris`. */
  attach(ask, open) {
    const { random } = this;
    for (const index of [...open]) {
      const { parameter, value } = this.args[index];
      if (value.kind === 'switch' || value.list || !random.chance(0.6)) continue;
      const name = parameter.spoken.split(' ');
      const isId = /^(id|identifier|number|code|key|name|sid|slug|uuid|arn|no)$/.test(name.at(-1));
      const noun = isId ? name.slice(0, -1).join(' ') : parameter.spoken;
      const bare = name.length === 1 && /^(id|identifier|sid|uuid|slug)$/.test(name[0]);
      const target = bare ? singular(ask.head) : noun;
      if (target.length < 3 || (value.kind === 'number' && !isId)) continue;
      const shape = new RegExp(
        `\\b(the |an? |my |this )?((?:(?!(?:for|of|in|by|from|on|at|about|to|with|and|or|an?|the|if|whether) )\\w+ ){0,2}?)${target.replace(/\W/g, '.')}(?= |$)(?! (?:id|name|type|${/\w+/.exec(noun)?.[0] ?? 'id'}))(?! \\w+s?$)`,
        'i',
      );
      const found = shape.exec(this.object);
      if (!found || (this.object.includes('\u0001') && this.object.slice(found.index).startsWith('\u0001'))) continue;
      if (/^(create|generate|list|search)$/.test(ask.verb) && found.index + found[0].length >= this.object.length)
        continue;
      const at = found.index + found[0].length;
      const place =
        ['city', 'country', 'state', 'person', 'company', 'user', 'symbol', 'airport', 'language', 'currency'].includes(
          value.kind,
        ) &&
        !isId &&
        found[2] === '';
      const words = found[0].replace(/^(an?) /i, 'the ');
      let made;
      if (place) made = random.chance(0.6) ? mark(index) : `${words} ${mark(index)}`;
      else if (/^(name|slug)$/.test(name.at(-1)))
        made = `${words} ${random.pick(['', 'named ', 'called ', 'by the name of '])}${mark(index)}`;
      else if (isId)
        made = `${words} ${random.pick(['', '', 'with ID ', 'number ', '#', 'with the id ', 'whose ID is '].slice(0, value.kind === 'number' || /^[\w-]*\d/.test(value.said) ? 7 : 2))}${mark(index)}`;
      else made = `${words} ${mark(index)}`;
      if (isId && !/^(id|identifier|sid|uuid|number|name|slug)$/.test(name.at(-1)))
        made = `${words} with ${name.at(-1)} ${mark(index)}`;
      this.object = this.object.slice(0, found.index) + made + this.object.slice(at);
      open.delete(index);
    }
  }

  /** Takes `for a word` off the object where the word itself is said elsewhere. */
  dropEcho(index) {
    const noun = this.args[index].parameter.spoken.replace(/ (id|identifier|number|code|key|name|sid|slug|uuid)$/, '');
    const shorter = this.object.replace(
      new RegExp(
        ` (?:for|of|in|by|from|on|at|about|to|with|between) (?:an?|the|any|one|this|that|its) (?:\\w+ )?${noun.replace(/\W/g, '.')}(?: ID)?$`,
        'i',
      ),
      '',
    );
    if (stems(shorter).size && this.random.chance(0.8)) this.object = shorter;
  }

  /** Where each value goes: inside the request, before its verb, or in a sentence of its own. */
  plan(rest) {
    const { random } = this;
    const plan = { inline: [], front: [], before: [], after: [] };
    const layout = random.weighted([
      [rest.length <= 3 ? 10 : 4, 'inline'],
      [rest.length > 1 ? 4 : 2, 'after'],
      [2, 'before'],
      [2, 'front'],
      [3, 'mixed'],
    ]);
    if (layout === 'front' && rest.length) {
      const lead = rest.find((index) => this.args[index].value.kind !== 'switch');
      for (const index of rest) plan[index === lead ? 'front' : 'inline'].push(index);
    } else if (layout === 'mixed')
      for (const index of rest) plan[random.pick(['inline', 'inline', 'after', 'before'])].push(index);
    else plan[layout].push(...rest);
    return plan;
  }

  /** What a user calls a parameter. */
  named(index) {
    const { random } = this;
    const { parameter } = this.args[index];
    const described = parameter.nounPhrase;
    const obscure = parameter.spoken
      .split(' ')
      .some(
        (word) =>
          word.length < 2 ||
          (!this.wordnet.dictionary.has(singular(word)) && !/^(ids?|url|uri|api|email|sku|ip)$/.test(word)),
      );
    let said = described && random.chance(obscure ? 0.9 : 0.25) ? described : parameter.spoken;
    const shortest = said.replace(
      /^(.*\w) (ids?|name|code|number|date|key)$/,
      random.chance(0.08) &&
        !this.args.some((other, at) => at !== index && /date|name|id|code/.test(other.parameter.spoken))
        ? '$2'
        : '$&',
    );
    said = shortest;
    if (this.args[index].value.list && !parameter.list && !isPlural(said.split(' ').at(-1)) && random.chance(0.75))
      said = said.replace(/\w+$/, (word) => (/^(id|url|uuid)$/.test(word) ? `${word}s` : plural(word)));
    return said
      .replace(/\b(id|url|ip|api|sku|iban|vat|isbn|pdf|arn)\b/g, (word) =>
        random.chance(0.7) ? word.toUpperCase() : word,
      )
      .replace(/\bids\b/g, 'IDs');
  }

  /** `with`-less phrases such as `in Paris`, where the kind of value makes clear which parameter is meant. */
  preposition(index, ask) {
    const { random } = this;
    const { parameter, value } = this.args[index];
    const alone = this.args.filter((other) => other.value.kind === value.kind).length === 1;
    const is = (pattern) => pattern.test(parameter.spoken);
    const v = mark(index);
    if (this.args.length === 1 && value.kind !== 'option' && random.chance(0.22))
      return value.kind === 'number' || random.chance(0.6) ? `for ${v}` : `(${v})`;
    if (
      value.kind === 'number' &&
      !parameter.list &&
      value.gold > 1 &&
      /^(number of )?(adults|children|guests|people|persons|seats|rooms|days|hours|minutes|copies|passengers|nights|items|tickets|participants|users|units)$/.test(
        parameter.spoken,
      )
    )
      return `${random.pick(['for', 'for', 'with'])} ${v} ${parameter.spoken.replace('number of ', '')}`;
    if (value.kind === 'option') return alone && random.chance(0.3) ? `with ${this.named(index)} ${v}` : '';
    if (/^(city|country|state|airport)$/.test(value.kind)) {
      if (is(/^(origin|from|departure|source)\b/)) return `from ${v}`;
      if (is(/^(destination|to|arrival|target)\b/)) return `to ${v}`;
      if (alone && is(/^(city|country|location|place|state|region|area|town|city name|country name|address|province)$/))
        return `${random.pick(['in', 'in', 'for'])} ${v}`;
    }
    if (/^date/.test(value.kind)) {
      if (is(/^(start|from|begin|since|after|min|check ?in)/))
        return `${random.pick(['from', 'starting', 'starting from', 'since'])} ${v}`;
      if (is(/^(end|to|until|before|max|till|check ?out)/))
        return `${random.pick(['until', 'to', 'up to', 'ending'])} ${v}`;
      if (alone && is(/^(date|day)$/)) return `${random.pick(['on', 'for'])} ${v}`;
    }
    if (value.kind === 'year' || is(/^year$/)) return random.pick([`in ${v}`, `for ${v}`, `for the year ${v}`]);
    if (is(/^(name|title|display name)$/) && /^(create|generate|add|reserve|upload)$/.test(ask.verb))
      return `${random.pick(['called', 'named', is(/title/) ? 'titled' : 'with the name', 'by the name of'])} ${v}`;
    if (is(/^(query|keywords?|search|search term|search query|term|topic|text query)$/) && alone)
      return `${random.pick(['about', 'matching', 'for', 'on', 'related to', 'with the keyword', 'containing'])} ${v}`;
    if (is(/^(language|lang|currency)$/) && alone) return `in ${v}`;
    if (/^(email|user|phone)$/.test(value.kind) && alone && random.chance(0.4)) return `for ${v}`;
    if (is(/^(limit|count|max results|maximum results)$/) && value.kind === 'number')
      return random.pick([`limited to ${v}`, `at most ${v}`, `no more than ${v}`]);
    return '';
  }

  /** A switch in words: `include archived ones`, `with notifications turned off`. */
  switched(index, sentence) {
    const { random } = this;
    const { parameter, value } = this.args[index];
    const said = parameter.spoken.replace(/^(is|has|are|should|flag) /, '').replace(/ flag$/, '');
    const verbal =
      /^(include|exclude|allow|show|force|skip|ignore|enable|send|use|return|hide|notify|keep|create|delete|update|require|disable)\b/.test(
        said,
      );
    if (random.chance(0.25)) return sentence ? `Set ${said} to ${value.gold}.` : `with ${said} set to ${value.gold}`;
    if (verbal && said.includes(' ')) {
      const deed = value.gold ? said : random.pick([`don't ${said}`, `do not ${said}`]);
      return sentence ? `${capital(deed)}.` : `and ${deed}`;
    }
    if (sentence)
      return value.gold
        ? random.pick([
            `${capital(said)} should be on.`,
            `It should be ${said}.`,
            `Make sure ${said} is true.`,
            `Yes to ${said}.`,
          ])
        : random.pick([
            `${capital(said)} should be off.`,
            `It should not be ${said}.`,
            `No to ${said}.`,
            `Make sure ${said} is false.`,
          ]);
    return value.gold
      ? random.pick([`with ${said} enabled`, `with ${said} turned on`, `with ${said} on`])
      : random.pick([`with ${said} disabled`, `with ${said} turned off`, `with ${said} off`]);
  }

  /** A value with the name of its parameter, to follow `with`. */
  item(index) {
    const name = this.named(index);
    const { value } = this.args[index];
    const v = mark(index);
    const many = value.list || isPlural(name.split(' ').at(-1));
    return this.random.weighted([
      [6, `${name} ${v}`],
      [many ? 0 : 4, `${article(name)} ${name} of ${v}`],
      [3, `the ${name} ${v}`],
      [2, `${v} as the ${name}`],
      [1, `${name} set to ${v}`],
      [1, `${name}: ${v}`],
    ]);
  }

  inline(list, ask) {
    const { random } = this;
    const loose = [];
    const items = [];
    const ends = [];
    const left = [...list];
    // Pairs read as one: "between A and B", "at latitude A and longitude B".
    const pair = (a, b, make) => {
      const [i, j] = [a, b].map((shape) => left.find((index) => shape.test(this.args[index].parameter.spoken)));
      if (i === undefined || j === undefined || i === j || !random.chance(0.6)) return;
      loose.push(make(mark(i), mark(j)));
      left.splice(0, left.length, ...left.filter((index) => index !== i && index !== j));
    };
    pair(/^latitude$/, /^longitude$/, (a, b) =>
      random.pick([`at latitude ${a} and longitude ${b}`, `at ${a}, ${b}`, `at the coordinates (${a}, ${b})`]),
    );
    pair(/^(start|from|begin)( date| time)?$/, /^(end|to|until)( date| time)?$/, (a, b) =>
      random.pick([`between ${a} and ${b}`, `from ${a} to ${b}`, `for the period ${a} to ${b}`]),
    );
    pair(
      /^(from|source|origin)( currency| language| unit| city)?$/,
      /^(to|target|destination)( currency| language| unit| city)?$/,
      (a, b) => `from ${a} to ${b}`,
    );
    for (const index of left) {
      if (this.args[index].value.kind === 'switch') {
        ends.push(this.switched(index, false));
        continue;
      }
      const phrase = random.chance(0.75) ? this.preposition(index, ask) : '';
      if (phrase.startsWith('with ') || !phrase) items.push(phrase ? phrase.slice(5) : this.item(index));
      else loose.push(phrase);
    }
    const out = random.shuffle(loose);
    if (items.length === 1 && random.chance(0.15))
      out.push(
        random.pick(
          [
            `using ${items[0].replace(/^an? (.*) of /, 'the $1 ')}`,
            `(${items[0].replace(/^(an?|the) /, '')})`,
            `where the ${items[0]
              .replace(/^(an?|the) /, '')
              .replace(/ (of|set to) \u0001/, ' \u0001')
              .replace(/:? \u0001/, ' is \u0001')}`,
          ].slice(0, items[0].includes(' as the ') ? 2 : 3),
        ),
      );
    else if (items.length)
      out.push(
        `${random.pick(['with', 'with', 'using', 'that has'].slice(0, ask.verb === 'create' ? 4 : 3))} ${listed(items)}`,
      );
    return [...out, ...ends].join(' ');
  }

  /** `For Paris, ...`: one value ahead of the request. */
  front([index], text) {
    const { random } = this;
    const name = this.named(index);
    const v = mark(index);
    const lead = random.pick([
      `For ${name} ${v},`,
      `With ${name} ${v},`,
      `Using ${v} as the ${name},`,
      `Given the ${name} ${v},`,
      `For the ${name} ${v},`,
      `${capital(name)} ${v}:`,
    ]);
    return `${lead} ${/^I\b/.test(text) ? text : text.charAt(0).toLowerCase() + text.slice(1)}`;
  }

  sentence(list, before) {
    const { random } = this;
    const switches = list
      .filter((index) => this.args[index].value.kind === 'switch')
      .map((index) => this.switched(index, true));
    const rest = list.filter((index) => this.args[index].value.kind !== 'switch');
    const pairs = rest.map((index) => ({ name: this.named(index), v: mark(index), be: '' }));
    for (const one of pairs)
      one.be = isPlural(one.name.split(' ').at(-1)) || /^IDs|URLs$/.test(one.name) ? 'are' : 'is';
    const out = [];
    if (pairs.length === 1) {
      const { name, v, be } = pairs[0];
      out.push(
        ...[
          random.pick([
            `The ${name} ${be} ${v}.`,
            `The ${name} ${be} ${v}.`,
            `Use ${v} as the ${name}.`,
            `The ${name} should be ${v}.`,
            `${capital(name)}: ${v}.`,
            before ? `I have the ${name} ${v}.` : `For the ${name}, use ${v}.`,
            before ? `My ${name} ${be} ${v}.` : `${capital(name)} ${be} ${v}.`,
            before &&
            be === 'is' &&
            /^(id|uuid|name|user|email|person|company|city|country|any)$/.test(this.args[list[0]].value.kind)
              ? `It's about ${name} ${v}.`
              : `Go with ${v} for the ${name}.`,
          ]),
        ],
      );
    } else if (pairs.length) {
      const style = random.whole(0, 5);
      if (style === 0) out.push(`${capital(listed(pairs.map(({ name, v, be }) => `the ${name} ${be} ${v}`)))}.`);
      else if (style === 1)
        out.push(
          `${random.pick(['Details', 'Here are the details', 'Here is what I have', 'Parameters'])}: ${pairs.map(({ name, v }) => `${name} ${v}`).join(', ')}.`,
        );
      else if (style === 2)
        out.push(`${pairs.map(({ name, v }) => `${capital(name)}: ${v}`).join(random.pick([', ', '; ']))}.`);
      else if (style === 3)
        out.push(
          ...pairs.map(({ name, v, be }) =>
            random.pick([`The ${name} ${be} ${v}.`, `Use ${v} as the ${name}.`, `The ${name} should be ${v}.`]),
          ),
        );
      else if (style === 4) out.push(`Use ${listed(pairs.map(({ name, v }) => `${v} as the ${name}`))}.`);
      else
        out.push(
          `${before ? "I've got" : random.pick(['It has', 'Use', 'Go with'])} ${listed(pairs.map(({ name, v }) => `${name} ${v}`))}.`,
        );
    }
    return random.shuffle([...out, ...switches]).join(' ');
  }

  verb(ask, own = false) {
    const { random } = this;
    const known = VERBS[ask.verb];
    if (!known) {
      const other = this.wordnet.synonyms.verb.get(ask.verb)?.filter((word) => !this.shun.has(word)) ?? [];
      return other.length && random.chance(0.15) ? random.pick(other) : ask.verb;
    }
    const usable = own ? known.filter((verb) => !FIRST_PERSON.test(verb)) : known;
    return random.chance(0.35) ? usable[0] : random.pick(usable);
  }

  frame(ask, inline, first) {
    const { random } = this;
    const tail = inline ? ` ${inline}` : '';
    const body = `${this.object}${tail}`;
    const many = ask.many || /^all /.test(this.object);
    const them = many ? 'them' : 'it';
    const v = this.verb(ask);
    const own = this.verb(ask, true);
    const frames = [
      [10, `${capital(v)} ${body}.`],
      [4, `Please ${v} ${body}.`],
      [4, `${random.pick(['Can', 'Could', 'Would', 'Can'])} you ${random.pick(['', '', 'please '])}${v} ${body}?`],
      [
        4,
        `I ${random.pick(['need', 'want', 'have', 'would like', "'d like"])} to ${own} ${body}.`.replace("I 'd", "I'd"),
      ],
      [
        2,
        `${random.pick(["I'd like you to", 'I want you to', 'I need you to', 'Go ahead and', 'Be so kind and', 'Time to', 'Next, I need you to'])} ${v} ${body}.`,
      ],
      [1.5, `${random.pick(['Help me', "Let's", 'I need help to', 'We need to', 'We have to'])} ${own} ${body}.`],
      [
        1.5,
        `${random.pick(['Is it possible to', 'Are you able to', 'Would it be possible to', 'Can I'])} ${own} ${body}?`,
      ],
      [1, `I was wondering if you could ${v} ${body}.`],
      [1, `As ${random.pick(ROLES)}, I ${random.pick(['want', 'need'])} to ${own} ${body}.`],
    ];
    if (first) {
      const situation = random.pick(SITUATIONS);
      frames.push(
        [
          /^(I'm|we're) /.test(situation) ? 2.5 : 0,
          `${capital(situation)} and ${random.pick(['need', 'want', 'have'])} to ${own} ${body}.`,
        ],
        [
          2.5,
          `${capital(situation)}. ${random.pick(['Please', 'Could you', 'Can you'])} ${v} ${body}?`.replace(
            /(Please .*)\?$/,
            '$1.',
          ),
        ],
        [1, `Since ${situation}, ${random.pick(['please', 'I need you to'])} ${v} ${body}.`],
        [
          0.7,
          `Hi, ${random.pick(['please', 'could you', 'can you'])} ${v} ${body}?`.replace(/(Hi, please .*)\?$/, '$1.'),
        ],
      );
    }
    const there = !/^(how|whether|if|who|what|which)\b/.test(this.object);
    if (/^(get|list|search)$/.test(ask.verb) && there) {
      frames.push(
        [3, `What ${many ? 'are' : 'is'} ${body}?`],
        [2, `I need ${body}.`],
        [2, `I'm looking for ${body}.`],
        [1.5, `I'd like to see ${body}.`],
        [1.5, `${capital(body)}, please.`],
        [1, `Do you have ${body}?`],
        [1, `I'm curious about ${body}.`],
        [1, `I'm interested in ${body}.`],
        [1, `${random.pick(['Give me a look at', 'Let me have', 'I could use', 'I want', "I'm after"])} ${body}.`],
      );
      if (ask.verb !== 'get' && many) {
        const bare = this.object.replace(/^(the|all|all the|every one of the) /, '');
        frames.push(
          [3, `Which ${bare}${tail} are there?`],
          [2, `What ${bare} do we have${tail}?`],
          [1.5, `Are there any ${bare}${tail}?`],
          [1, `${random.pick(['Give me', 'I want', 'I need', 'Show me'])} a list of ${bare}${tail}.`],
        );
      }
    }
    if (ask.verb === 'create')
      frames.push(
        [2, `We need ${body}.`],
        [1.5, `I want ${body} to be created.`],
        [1, `There should be ${body}.`],
        [1, `I'd like to have ${body}.`],
      );
    if (ask.verb === 'delete')
      frames.push(
        [
          2,
          `I ${random.pick(["don't need", 'no longer need', 'no longer want'])} ${body}, so ${random.pick(['remove', 'delete', 'please delete'])} ${them}.`,
        ],
        [
          1.5,
          `${capital(body)} ${many ? 'are' : 'is'} no longer needed, ${random.pick(['please remove', 'delete', 'get rid of'])} ${them}.`,
        ],
        [1, `${capital(body)} should be deleted.`],
      );
    if (ask.verb === 'update')
      frames.push(
        [1.5, `I have to make a change to ${body}.`],
        [1, `${capital(body)} ${many ? 'need' : 'needs'} to be changed.`],
      );
    let text = random.weighted(frames);
    if (first && this.title && random.chance(0.05))
      text =
        random.chance(0.5) && !/^(Hi|Since|As)\b/.test(text)
          ? `In ${this.title}, ${/^I\b/.test(text) ? text : text.charAt(0).toLowerCase() + text.slice(1)}`
          : text.replace(/([.?])$/, ` in ${this.title}$1`);
    return text;
  }

  /** Replaces the marks by the values, some in quotes. */
  fillIn(text) {
    const { random } = this;
    return text.replace(MARK, (_, index) => {
      const { value } = this.args[Number(index)];
      const loose = ['name', 'text', 'query', 'any', 'path', 'tag', 'id', 'title'].includes(value.kind);
      const share = value.list
        ? 0
        : value.kind === 'number' || value.kind === 'option'
          ? 0.02
          : value.kind === 'text'
            ? 0.85
            : loose && /\s/.test(value.said)
              ? 0.6
              : 0.22;
      if (!random.chance(share) || value.said.includes('"')) return value.said;
      return this.quotes === "'" && value.said.includes("'") ? value.said : `${this.quotes}${value.said}${this.quotes}`;
    });
  }

  /** The finished query: spacing, capital, and now and then the carelessness of a typing user. */
  finish(text, values) {
    const { random } = this;
    let out = text
      .replace(/\s+/g, ' ')
      .replace(/ ([.,?;:])(?= |$)/g, '$1')
      .replace(/([.?!])\.(?= |$)/g, '$1')
      .replace(/\b(the|a|an) (the|a|an|my|all|any) /gi, '$2 ')
      .trim();
    out = capital(out);
    if (random.chance(0.07)) out += ` ${random.pick(THANKS)}`;
    if (random.chance(0.06)) out = out.replace(/[.]$/, '');
    if (random.chance(0.05) && !values.some((value) => out.toLowerCase().startsWith(String(value).toLowerCase())))
      out = out.replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase());
    if (random.chance(0.04)) {
      // A slip of the keys in one long plain word that is no part of a value.
      const at = [...out.matchAll(/(?<=^| )[a-z]{6,}(?= )/g)].filter(
        ([word]) =>
          !this.keep.has(singular(word)) && !values.some((value) => String(value).toLowerCase().includes(word)),
      );
      if (at.length) {
        const { 0: word, index } = random.pick(at);
        const i = random.whole(1, word.length - 3);
        out =
          out.slice(0, index) +
          random.pick([
            word.slice(0, i) + word[i + 1] + word[i] + word.slice(i + 2),
            word.slice(0, i) + word.slice(i + 1),
          ]) +
          out.slice(index + word.length);
      }
    }
    return out;
  }
}
