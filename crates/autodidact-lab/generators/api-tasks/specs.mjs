/** Reads OpenAPI files and makes plain tools of their operations. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { firstSentence, overlap, plainEnglish, singular, stems, words } from './text.mjs';
import { parseAsk } from './asks.mjs';

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];
const MOST_OPERATIONS = 25;
/** Licences that files state for themselves and that let their text be used; a file that states another is left out. */
const FREE =
  /^(?!.*(non-?commercial|-nc|no-?deriv|gpl)).*(apache|\bmit\b|bsd|creative commons|\bcc\b|cc0|cc-by|public domain|open.?(government )?licen[cs]e|mozilla|mpl|unlicense|isc\b)/i;

const BOILERPLATE =
  /^(x-.*|authorization|accept.*|content-?type|(api[-_]?)?key|apikey|api[-_ ]?version|.*api[-_]?key|.*token|access[-_]?key|client[-_]?secret|secret|page.*|per[-_]?page|limit|offset|skip|top|count|cursor|start(index)?|max[-_]?results|size|format|callback|jsonp|fields|\$.*|alt|pretty.*|quota_?user|upload.*|user_?ip|if-.*|etag|expand|embed|include_?fields|sort.*|order(_?by)?|direction|subscription_?id|resource_?group(_?name)?|account_?id|tenant(_?id)?|tracking|locale|license|envelope|dry_?run|marker|client_?token|client_?request_?token|version|password|signature|nonce|client_?id|user-agent|async|wait|timeout|action|session.*|environment|jwt|.*secret.*|auth|auth_.*|user_?agent|device_?key|opt_.*)$/i;

/** All `.json` files below a folder, in a fixed order. */
export function jsonFiles(folder) {
  const out = [];
  for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) out.push(...jsonFiles(path));
    else if (entry.name.endsWith('.json')) out.push(path);
  }
  return out;
}

/** What a `$ref` of `spec` stands for; `{}` for what is missing or turns in a circle. */
function resolve(spec, node, depth = 0) {
  if (!node || typeof node !== 'object' || depth > 6) return {};
  if (typeof node.$ref !== 'string') return node;
  let found = spec;
  for (const part of node.$ref.replace(/^#\//, '').split('/'))
    found =
      found?.[
        decodeURI(part.replace(/%(?![0-9a-f]{2})/gi, ''))
          .replace(/~1/g, '/')
          .replace(/~0/g, '~')
      ];
  return resolve(spec, found, depth + 1);
}

/** The properties of an object schema, those of its `allOf` parts included. */
function objectFields(spec, schema, depth = 0) {
  const node = resolve(spec, schema);
  const out = { properties: { ...node.properties }, required: Array.isArray(node.required) ? [...node.required] : [] };
  if (depth < 3 && Array.isArray(node.allOf)) {
    for (const part of node.allOf) {
      const inner = objectFields(spec, part, depth + 1);
      Object.assign(out.properties, inner.properties);
      out.required.push(...inner.required);
    }
  }
  return out;
}

const SCALARS = new Set(['string', 'integer', 'number', 'boolean']);

/** A parameter as tools have it, or undefined when it is not a scalar or a list of scalars. */
function parameter(spec, name, rawSchema, described, required, dictionary) {
  const schema = resolve(spec, rawSchema);
  const items = schema.type === 'array' ? resolve(spec, schema.items) : undefined;
  const inner = items ?? schema;
  const type = inner.type ?? (inner.enum || inner.format ? 'string' : undefined);
  if (!SCALARS.has(type) || schema.readOnly || inner.format === 'binary') return undefined;
  const clean = name
    .replace(/\[(\w*)\]/g, (_, part) => (part ? `_${part}` : ''))
    .replace(/[^A-Za-z0-9_]+/g, '_')
    .replace(/^_+|_+$/g, '');
  if (!/^[A-Za-z]\w{0,34}$/.test(clean)) return undefined;
  const options = Array.isArray(inner.enum)
    ? [
        ...new Set(
          inner.enum
            .map((value) => (typeof value === 'string' ? value.trim() : value))
            .filter((value) => typeof value === type || (type !== 'string' && Number.isFinite(value))),
        ),
      ]
    : [];
  if (options.some((value) => typeof value === 'string' && !/^[\w .:/-]{1,30}$/.test(value))) return undefined;
  let description = firstSentence(described || schema.description || inner.description).replace(
    /^required[.:]?\s*/i,
    '',
  );
  if (description.split(' ').length > 20) description = description.split(/,|\(/)[0].trim();
  if (
    description.split(' ').length > 20 ||
    /^(integer|string|boolean|number|array|object)s?$/i.test(description) ||
    !plainEnglish(description, dictionary, 0.6)
  )
    description = '';
  const example = [schema.example, inner.example, schema.default].find(
    (value) => typeof value === type && String(value).length <= 40 && String(value) !== '',
  );
  return {
    name: clean,
    type,
    list: items !== undefined,
    description,
    required,
    format: inner.format ?? '',
    words: words(clean).slice(0, 7),
    options: options.length > 1 && options.length <= 10 && type !== 'boolean' ? options : [],
    example:
      type === 'string' &&
      !(/^[\w .@:/,+-]+$/.test(example ?? '') && !/^(string|null|example|true|false|test|\d\.\d)/i.test(example))
        ? undefined
        : example,
    boilerplate:
      BOILERPLATE.test(name) || /pagina|api key|page token|access token|bearer|authenticat/i.test(described ?? ''),
  };
}

/** Parameters of path, query and body, by name. */
function parametersOf(spec, shared, operation, dictionary) {
  const out = new Map();
  const add = (made) => made && !out.has(made.name.toLowerCase()) && out.set(made.name.toLowerCase(), made);
  for (const raw of [...(operation.parameters ?? []), ...(shared ?? [])]) {
    const one = resolve(spec, raw);
    if (typeof one.name !== 'string' || one.in === 'header' || one.in === 'cookie') continue;
    add(
      parameter(
        spec,
        one.name,
        { ...resolve(spec, one.schema), example: one.example ?? resolve(spec, one.schema).example },
        one.description,
        one.required === true,
        dictionary,
      ),
    );
  }
  const content = resolve(spec, operation.requestBody).content ?? {};
  const body = content['application/json'] ?? content['application/x-www-form-urlencoded'] ?? Object.values(content)[0];
  const fields = objectFields(spec, body?.schema);
  const fromBody = Object.entries(fields.properties)
    .slice(0, 40)
    .map(([name, schema]) => parameter(spec, name, schema, undefined, fields.required.includes(name), dictionary));
  for (const made of fromBody) add(made);
  // Many files leave out which body fields a call needs: what names the thing is taken as needed.
  if (!fields.required.length)
    for (const made of fromBody)
      if (
        made &&
        !made.boilerplate &&
        /^(name|title|email|text|query|message|url|amount|from|to|date)$/i.test(made.name)
      )
        made.required = true;
  const all = [...out.values()];
  const likely = all.find(
    (made) =>
      !made.boilerplate &&
      made.type !== 'boolean' &&
      /^(q|query|keyword|search|name|city|country|date|text|symbol|term|title)$|(^|_)id$|Id$/.test(made.name),
  );
  if (likely && !all.some((made) => made.required && !made.boilerplate) && all.length < 12) likely.required = true;
  return all;
}

const NAME_VERB =
  /^(get|list|create|update|delete|add|remove|send|search|find|set|post|put|patch|start|stop|cancel|describe|fetch|insert|query|show)$/;

/** Words for a name: the operation's own, else made of method and path. */
function nameWords(operation, method, path, api, random) {
  const raw = String(operation.operationId ?? '')
    .split(/[/#]/)
    .slice(-2)
    .join(' ');
  let list = words(raw.replace(/using(get|post|put|delete|patch)/i, '')).filter(
    (word) => !/^(v\d+.*|\d+|id|ids|api|controller|rest|using|action|endpoint|get(?=get))$/.test(word),
  );
  if (raw && list.length > 1 && api.some((word) => word === list[0])) list = list.slice(1);
  if (
    list.length > 1 &&
    METHODS.includes(list[0]) &&
    /^(get|list|create|update|delete|describe|add|remove|search|post)$/.test(list[1])
  )
    list = list.slice(1);
  list = list.map((word) => (word.length > 4 ? word.replace(/\d+$/, '') : word));
  if (list.length > 2 && METHODS.includes(list.at(-1)) && NAME_VERB.test(list[0])) list = list.slice(0, -1);
  // "instances list" is as usual as "list instances".
  if (list.length > 1 && NAME_VERB.test(list.at(-1)) && !NAME_VERB.test(list[0]) && random.chance(0.6))
    list = [list.at(-1), ...list.slice(0, -1)];
  const bare = list.length === 1 && (NAME_VERB.test(list[0]) || METHODS.includes(list[0]));
  if (!list.length || bare || list.length > 6 || list.some((word) => word.length > 16)) {
    const segments = path
      .split(/[#?]/)[0]
      .split('/')
      .filter((part) => part && !/[{}]/.test(part) && !/^(api|rest|v\d.*)$/i.test(part));
    const verb = { get: 'get', post: 'create', put: 'update', patch: 'update', delete: 'delete' }[method];
    list = [verb, ...words(segments.slice(-2).join(' ')).slice(0, 4)];
  }
  return list.slice(0, 6);
}

function describe(operation, path, dictionary) {
  for (const raw of [operation.summary, operation.description]) {
    let text = firstSentence(raw).replace(/^\[[^\]]*\]\s*/, '');
    // "GetUsers" and "list_users" are names, not descriptions.
    if (!/\s/.test(text)) continue;
    const count = text.split(' ').length;
    if (count > 25) text = text.split(/, (?:which|and|including|such)|\(/)[0].trim();
    if (count >= 3 && text.split(' ').length <= 25 && text.length <= 180 && plainEnglish(text, dictionary)) return text;
  }
  return '';
}

/** What a tool is about: the content of its description less the verb, which has synonyms and is compared by kind. */
function meaningOf(description, ask) {
  const out = stems(description.replace(/\((get|post|put|patch|delete)\)/gi, ''));
  if (ask.verb) out.delete(singular(words(description)[0]));
  for (const vague of ['existing', 'list', 'detail', 'information', 'info', 'new', 'current', 'available'])
    if (out.size > 1) out.delete(vague);
  return out;
}

/** The tools of one API: at most 25, whole groups of related operations rather than scattered ones. */
export function readApi(path, id, random, { dictionary }) {
  let spec;
  try {
    spec = JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
  const license = String(spec.info?.license?.name ?? '').trim();
  if (license && !FREE.test(license)) return undefined;
  const provider = String(spec.info?.['x-providerName'] ?? id.split('/')[0]);
  const title = firstSentence(spec.info?.title)
    .replace(/\b(rest|api|apis|v\d[\w.]*|documentation|swagger|openapi|service|the)\b/gi, '')
    .replace(/\s+/g, ' ')
    .trim();
  const apiWords = words(`${title} ${provider.split('.')[0]}`);
  const groups = new Map();
  for (const [route, node] of Object.entries(spec.paths ?? {})) {
    for (const method of METHODS) {
      const operation = node?.[method];
      if (!operation || operation.deprecated) continue;
      const group = operation.tags?.[0] ?? route.split('/').filter((part) => part && !/[{}]|^v\d/.test(part))[0] ?? '';
      if (!groups.has(group)) groups.set(group, []);
      groups.get(group).push({ route, method, operation, shared: node.parameters });
    }
  }
  const tools = [];
  const seen = [];
  for (const group of random.shuffle([...groups.keys()])) {
    let inGroup = 0;
    for (const { route, method, operation, shared } of random.shuffle(groups.get(group))) {
      if (tools.length >= MOST_OPERATIONS || inGroup >= 9) break;
      const description = describe(operation, route, dictionary);
      if (!description) continue;
      const parameters = parametersOf(spec, shared, operation, dictionary);
      const needed = parameters.filter((one) => one.required && !one.boilerplate);
      if (needed.length > 6 || needed.some((one) => one.list && one.type === 'boolean')) continue;
      const name = nameWords(operation, method, route, apiWords, random);
      const ask = parseAsk(description, method, name);
      const meaning = meaningOf(description, ask);
      if (seen.some((other) => other.verb === ask.verb && overlap(other.meaning, meaning) > 0.99) || meaning.size < 1)
        continue;
      seen.push({ verb: ask.verb, meaning });
      tools.push({ api: id, provider, title, group: String(group), name, description, parameters, meaning, ask });
      inGroup++;
    }
  }
  return tools.length ? { id, provider, title, license, tools } : undefined;
}
