/** Takes a description apart: the verb, its class, and what it acts on. */
import { FUNCTION_WORDS, article, isPlural, words } from './text.mjs';

/** Ways to say each class of verb; the first entry names the class. */
export const VERBS = {
  get: [
    'get',
    'fetch',
    'retrieve',
    'show me',
    'pull up',
    'give me',
    'look up',
    'tell me',
    'bring up',
    'find',
    'check',
    'find out',
    'pull',
    'grab',
    'provide',
    'display',
    'dig up',
    'get me',
  ],
  list: [
    'list',
    'show',
    'get',
    'show me',
    'pull up',
    'fetch',
    'give me',
    'retrieve',
    'list out',
    'find',
    'display',
    'collect',
    'pull',
    'let me see',
  ],
  search: ['search for', 'find', 'look for', 'find me', 'look up', 'hunt down', 'track down', 'do a search for'],
  create: ['create', 'set up', 'make', 'add', 'register', 'put together', 'open', 'start', 'make me'],
  delete: ['delete', 'remove', 'get rid of', 'drop', 'erase', 'wipe out', 'take out', 'permanently delete'],
  update: ['update', 'change', 'modify', 'edit', 'adjust', 'revise', 'amend'],
  add: ['add', 'put', 'attach', 'include', 'insert'],
  remove: ['remove', 'take away', 'drop', 'delete', 'take out'],
  send: ['send', 'send out', 'dispatch', 'fire off', 'deliver'],
  check: ['check', 'verify', 'find out', 'confirm', 'see', 'test'],
  calculate: ['calculate', 'compute', 'work out', 'figure out', 'determine', 'estimate'],
  convert: ['convert', 'turn', 'change', 'transform'],
  generate: ['generate', 'produce', 'create', 'make', 'put together', 'prepare'],
  upload: ['upload', 'put up', 'push', 'add'],
  download: ['download', 'save', 'fetch', 'pull down', 'get'],
  cancel: ['cancel', 'call off', 'abort', 'revoke', 'drop'],
  start: ['start', 'begin', 'kick off', 'launch', 'run', 'initiate', 'trigger'],
  stop: ['stop', 'halt', 'end', 'shut down', 'terminate'],
  set: ['set', 'change', 'define', 'configure', 'put in place'],
  validate: ['validate', 'check', 'verify', 'confirm'],
  submit: ['submit', 'send in', 'hand in', 'file', 'post'],
  enable: ['enable', 'turn on', 'switch on', 'activate'],
  disable: ['disable', 'turn off', 'switch off', 'deactivate'],
  assign: ['assign', 'give', 'allocate'],
  copy: ['copy', 'duplicate', 'clone', 'replicate'],
  restore: ['restore', 'bring back', 'recover'],
  publish: ['publish', 'release', 'put out', 'post'],
  reserve: ['book', 'reserve'],
};
const CLASS_OF = {
  ...Object.fromEntries(Object.keys(VERBS).map((name) => [name, name])),
  retrieve: 'get',
  return: 'get',
  fetch: 'get',
  show: 'get',
  view: 'get',
  read: 'get',
  obtain: 'get',
  provide: 'get',
  describe: 'get',
  display: 'get',
  give: 'get',
  lookup: 'get',
  load: 'get',
  query: 'search',
  find: 'search',
  enumerate: 'list',
  register: 'create',
  make: 'create',
  insert: 'create',
  destroy: 'delete',
  erase: 'delete',
  modify: 'update',
  edit: 'update',
  change: 'update',
  patch: 'update',
  replace: 'update',
  append: 'add',
  dispatch: 'send',
  verify: 'validate',
  compute: 'calculate',
  estimate: 'calculate',
  determine: 'check',
  test: 'check',
  transform: 'convert',
  produce: 'generate',
  export: 'download',
  revoke: 'cancel',
  abort: 'cancel',
  begin: 'start',
  launch: 'start',
  initiate: 'start',
  trigger: 'start',
  run: 'start',
  execute: 'start',
  terminate: 'stop',
  configure: 'set',
  activate: 'enable',
  deactivate: 'disable',
  allocate: 'assign',
  clone: 'copy',
  duplicate: 'copy',
  recover: 'restore',
  book: 'reserve',
  reserve: 'reserve',
};
const OTHERS = new Set(
  (
    'accept acknowledge analyze apply approve archive associate attach authorize ban block build capture charge claim classify clear close compare complete confirm connect create-or-update decline decrypt deploy detach detect ' +
    'disassociate discard disconnect encode encrypt extract filter follow grant import increment install invite invoke join like link lock log mark merge migrate monitor move mute notify order pause pay perform pin play post predict process ' +
    'promote purchase rank rate recognize record redeem refresh refund reject release remind rename render reopen report request resend reset resize resolve restart resume reverse rotate save schedule scan sell share sign simulate skip snooze split ' +
    'star store subscribe summarize suspend switch sync synchronize tag track transfer translate unassign unban unblock undo unfollow unlink unlock unmute unpin unsubscribe upgrade vote watch withdraw write'
  ).split(' '),
);

/** Verb classes that ask for one kind of deed: two tools of a kind over the same things can be mistaken for each other. */
const KINDS = {
  get: 'read',
  list: 'read',
  search: 'read',
  check: 'read',
  download: 'read',
  create: 'make',
  add: 'make',
  generate: 'make',
  upload: 'make',
  submit: 'make',
  delete: 'drop',
  remove: 'drop',
  cancel: 'drop',
  update: 'change',
  set: 'change',
};
export const kindOf = (ask) => KINDS[ask.verb] ?? ask.verb;

const LEADS = [
  /^(?:this|the) (?:api |rest )?(?:endpoint|method|api|operation|call|service|resource|function|request|route|action|interface|command|web service)(?: call| endpoint| method)? (?:is used (?:to|for)|can be used to|may be used to|allows? (?:you |users? |clients? |developers? |the user |a user |for )?(?:to )?|lets (?:you|users) |enables (?:you |users )?(?:to )?|will |provides (?:you with )?(?=the|a)?)\s*/i,
  /^(?:this|the) (?:endpoint|method|api|operation|call|service|resource|function|request|action|interface) (?=\w+s )/i,
  /^(?:use this(?: (?:endpoint|method|api|call|operation))? to|used to|use to|allows? (?:you |users? |the user )?to|lets you|(?:an? |the )?(?:api|endpoint|method|service|request|call|operation) (?:to|for|that|which)|it|can be used to|please|you can|users can) /i,
  /^(?:the )?\w+ (?:method |endpoint |operation )?(?:is used to|allows you to|lets you|can be used to) /i,
  /^\w+ly (?=\w+s? )/i,
];

/** The base form of a verb at the head of a description, or undefined. */
export function baseVerb(word) {
  const lower = word.toLowerCase();
  const known = (form) => Object.hasOwn(CLASS_OF, form) || OTHERS.has(form);
  const forms = [
    lower,
    lower.replace(/s$/, ''),
    lower.replace(/es$/, ''),
    lower.replace(/ies$/, 'y'),
    lower.replace(/ing$/, ''),
    lower.replace(/ing$/, 'e'),
    lower.replace(/(.)\1ing$/, '$1'),
  ];
  return forms.find(known);
}

/** Title Case to plain: words of `Get User Details` that are no names or acronyms lose their capitals. */
function plainCase(text) {
  const parts = text.split(' ');
  const capitals = parts.slice(1).filter((part) => /^[A-Z][a-z]+/.test(part)).length;
  const shout = parts.filter((part) => /^[A-Z]{4,}$/.test(part)).length > 2;
  if (shout) return text.toLowerCase();
  const lower = (part) => (/^[A-Z][a-z-]+[,.]?$/.test(part) ? part.toLowerCase() : part);
  return capitals * 2 > parts.length - 1 ? parts.map(lower).join(' ') : [lower(parts[0]), ...parts.slice(1)].join(' ');
}

const DETERMINERS =
  /^(a|an|the|all|any|my|our|this|these|its|each|every|some|multiple|several|both|one|more|another|from|to|in|into|for|by|between|how|whether|if|who|what|which|current|available)\b/;

const TAILS = [
  / (?:in|from|to|on|within|of|by) (?:the |your |this |our )?(?:database|system|api|server|request body|response|store|request|app|application platform)$/,
  / (?:as (?:a |an )?(?:json|xml|pdf|csv|html|collection|object|array).*|in (?:json|xml|csv) format)$/i,
  / (?:(?:based on|according to|depending on|using|(?<!\b(?:a|an|the) )given|filtered by|identified by|specified by|as specified|that (?:has|have) the|equal to|that match(?:es)?|which match(?:es)?|matching|whose|provided|passed|via|so that|in order to|when|where|if|without|(?:by )?(?:specifying|providing|passing|searching|supplying)|with (?:the |a )?(?:given|specified|provided|following|optional|matching|requested|supplied)|for (?:the )?(?:given|specified|provided) (?:parameters|criteria|filters?)|by (?:the |a |an |its |their |given |specified |using |unique )*(?:ids?|identifiers?|names?|keys?|codes?|numbers?|slugs?|uuid|guid|primary key|email|parameters|criteria|filters?))\b.*)$/i,
];

/** Words that are a verb at the head of a description but a noun after "and". */
const isNounHere = (word) =>
  /^(orders|posts|reports|records|requests|rates|shares|lists|logs|plays|displays|tests|tags|links|builds|stores|views|changes|updates|sets|calls|searches|queries|tracks|marks|claims|invites|votes|charges|scans|locks|stars|likes|blocks|sales|plays|conversions|comments)$/.test(
    word,
  );

const READS =
  /^(get|list|search|check|calculate|convert|generate|download|validate|translate|compare|analyze|predict|summarize|detect|extract)$/;

/** What a description asks for, or `spoken: false` when no user would say it so. */
export function parseAsk(description, method, name) {
  let text = description;
  for (const lead of LEADS) text = text.replace(lead, '');
  text = plainCase(text.trim())
    .replace(/\s*\([^)]*\)?/g, '')
    .replace(/, (which|and|including|such|or|with|by|if|in)\b.*$/, '')
    .replace(/"/g, '');
  const parts = text.split(' ');
  // Before an article stands a verb, known or not.
  let base =
    baseVerb(parts[0]) ??
    (/^(an?|the|all)$/.test(parts[1] ?? '') &&
    /^[a-z]{4,}$/.test(parts[0]) &&
    !/(ing|ed)$/.test(parts[0]) &&
    !FUNCTION_WORDS.has(parts[0])
      ? parts[0].replace(/([^s])s$/, '$1')
      : undefined);
  const nounPhrase =
    !base ||
    /^of\b/.test(parts[1] ?? '') ||
    (/^(order|post|report|record|request|rate|share|log|play|test|search|tag|link|build)s?$/.test(parts[0]) &&
      !/^(a|an|the|all|for|your|any|of|new|available|existing|multiple)$/.test(parts[1] ?? '') &&
      !words(name.join(' ')).includes(base));
  let object = text;
  // "Charge details" behind a GET is a thing, not a deed.
  const thing =
    method === 'get' &&
    base &&
    !READS.test(CLASS_OF[base] ?? base) &&
    !/^(a|an|the|all|my|your|any|one)$/.test(parts[1] ?? '') &&
    !name.includes(base);
  if (nounPhrase || thing) {
    if (method !== 'get') return { spoken: false, verb: '', object: '' };
    base = 'get';
  } else {
    object = parts
      .slice(1)
      .join(' ')
      .replace(/^(?:or|and|\/|&) (\w+)\s/i, (whole, next) => (baseVerb(next) ? '' : whole))
      .replace(/^back /, '');
  }
  let verb = CLASS_OF[base] ?? base;
  object = object
    .replace(/^(me|you|us|out|up)\s/, '')
    .replace(/^(?:for|on) (?=\w+)/, (whole) => (/^(search|get)$/.test(verb) ? '' : whole));
  const listed =
    /^(?:a |the |an )?(?:full |complete |paginated |paged )?(?:list|collection|array)(?:s|ing)? (?:of|all)\s+/i;
  if (verb === 'get' && (listed.test(object) || /^all\b/.test(object)))
    [verb, object] = ['list', object.replace(listed, '')];
  if (/^(?:create|generate)$/.test(verb) && /^list\b/.test(object)) verb = 'create';
  for (const tail of TAILS)
    if (
      object
        .replace(tail, '')
        .split(' ')
        .some((word) => /^[a-z]{3}/i.test(word) && !FUNCTION_WORDS.has(word))
    )
      object = object.replace(tail, '');
  object = object
    .replace(/\bfor the (?:authenticated|current|logged[- ]in) user\b/i, 'for me')
    .replace(/\bthe (?:authenticated|current|logged[- ]in) user's\b/i, 'my')
    .replace(/\byour\b/gi, 'my')
    .replace(/\byou (?=(?:can|have|want|need|own|will|may|could|are|do)\b|\w+ed\b)/gi, 'I ')
    .replace(/\bI are\b/g, 'I am')
    .replace(/\byou\b/gi, 'me');
  object = object
    .replace(
      /\b(?:(?:the|an?) )?(?:specified|given|specific|particular|certain|requested|provided|single|existing|corresponding) (?=\w)/gi,
      verb === 'create' ? 'a ' : 'the ',
    )
    .replace(/\ban? (?=(\w+))/g, (whole, next) => (isPlural(next) && !/[su]s$/.test(next) ? '' : whole))
    .replace(/\b(a|the) (?:a|the) /g, '$1 ')
    .trim();
  // What follows "and" is often a second deed.
  object = object.replace(/,? and (\w+s) .*$/, (whole, next) =>
    next.endsWith('s') && baseVerb(next) && !isNounHere(next) ? '' : whole,
  );
  object = object
    .replace(/([a-z])([A-Z])(?=[a-z])/g, (_, a, b) => `${a} ${b.toLowerCase()}`)
    .replace(/[.,:;]+$/, '')
    .replace(/^all (?:of )?the (?=\w)/, 'all ')
    .replace(/\b(\w+)\(s\)/g, '$1s')
    .replace(/\s+/g, ' ');
  object = object
    .replace(/ (?:by|of|for|in|on|at|to|from|with|and|or|the|a)$/, '')
    .replace(/, [^,]* by default.*$/, '');
  const nouns = object
    .split(
      / (?:of|for|in|on|at|by|to|from|with|about|that|which|associated|belonging|(?<=\w{4} )(?:available|currently)|within|under|as|into) /,
    )[0]
    .split(' ');
  const head = nouns.at(-1) ?? '';
  const spoken =
    object.length >= 3 &&
    object.split(' ').length <= 16 &&
    !/\b(endpoint|request|response|json|http|method|api|true|false|null|parameter|api key|payload|callback|webhook url|crud|you|it)\b/i.test(
      object,
    ) &&
    !/[/:]/.test(object) &&
    /^[a-z]/i.test(head);
  return {
    spoken,
    verb,
    object,
    head: head.toLowerCase(),
    many: isPlural(head.toLowerCase()),
    determined: DETERMINERS.test(object),
  };
}

/** `object` with the determiner that English wants. */
export function withArticle(ask, random) {
  const { object } = ask;
  if (ask.determined) {
    if (/^(create|generate)$/.test(ask.verb) && /^(a|an) (?!new)/.test(object) && random.chance(0.3))
      return object.replace(/^an? /, 'a new ');
    return /^all /.test(object) && random.chance(0.5)
      ? object.replace(/^all /, random.pick(['', '', 'all the ', 'all the ', 'the ', 'the ', 'every one of the ']))
      : /^an? /.test(object) && /^(get|delete|update|cancel|stop|restore|copy)$/.test(ask.verb)
        ? object.replace(/^an? /, 'the ')
        : object;
  }
  if (ask.many)
    return random.chance(0.6)
      ? object
      : /^(create|add|generate|upload)$/.test(ask.verb)
        ? object
        : `${random.pick(['the', 'all', 'all the'])} ${object}`;
  if (/^(create|generate|add|send|submit|upload|reserve)$/.test(ask.verb))
    return /^new /.test(object)
      ? `a ${object}`
      : random.chance(0.3)
        ? `a new ${object}`
        : `${article(object)} ${object}`;
  return /^\w+ing /.test(object) && ask.verb !== 'get' ? object : `the ${object}`;
}
