// The Markdown tables of what the programs measured.
//
//   node table.mjs RESULTS.jsonl
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

const text = readFileSync(process.argv[2], 'utf8');
const lines = text.split('\n').filter(Boolean).map((line) => JSON.parse(line));
const FEATURES = /^(avx2|fma|f16c|avx512(f|bw|_vnni|_bf16|_fp16)|avx_vnni|amx_.*|asimd.*|i8mm|sve.*)$/;
const ASKED = ['avx2', 'avx512f', 'avx512_vnni', 'avx_vnni', 'amx_int8', 'amx_bf16'];

function machine() {
  const text = readFileSync('/proc/cpuinfo', 'utf8');
  const entry = (name) => new RegExp(`^${name}\\s*: (.*)$`, 'm').exec(text)?.[1] ?? '';
  const has = (entry('flags') || entry('Features')).split(' ').filter((name) => FEATURES.test(name));
  const lacks = ASKED.filter((name) => !has.includes(name));
  const cores = availableParallelism();
  const name = entry('model name') || process.arch;
  return `${name}, ${cores} cores; has ${has.join(', ')}; lacks ${lacks.join(', ') || 'nothing of that kind'}`;
}

const number = (value) => (value >= 100 ? Math.round(value) : Number(value.toPrecision(3))).toString();
const megabytes = (bytes) => `${Math.round(bytes / 1e6)} MB`;
const of = (peer, model) => lines.filter((line) => line.peer === peer && (!model || line.model === model));

const COLUMNS = [
  ['prefill of 512, tokens/s', 'prefill', number, Math.max],
  ['decoding behind them, tokens/s', 'decode', number, Math.max],
  ['load, s', 'load', number, Math.min],
  ['memory', 'bytes', megabytes, Math.min],
  ['first token of a question, its menu known, s', 'first', number, Math.min],
  ['training step, its menu known, s', 'step', number, Math.min],
  ['memory at its peak in training', 'trainingPeak', megabytes, Math.min],
];
const TRAINS = ['autodidact', 'PyTorch + PEFT'];
const serves = (line) => line.peer !== 'PyTorch + PEFT';

/** Each peer as a row. */
function row(line) {
  const head = [line.peer, `${line.where}, ${line.threads}`, line.weights];
  if (line.error) return [...head, `fails: ${line.error.replaceAll('|', '/')}`, ...COLUMNS.slice(1).map(() => '')];
  const figures = { ...line, bytes: line.memory ?? line.peak };
  return [
    ...head,
    ...COLUMNS.map(([, name, print]) => {
      const training = name === 'step' || name === 'trainingPeak';
      if (!Number.isFinite(figures[name])) return training && !TRAINS.includes(line.peer) ? 'does not train' : '';
      return print(figures[name]);
    }),
  ];
}

/** How many tokens the prompts have: those of this project's agent come with the marks of a chat template. */
function counts(measured) {
  const named = (asked, known) =>
    [...new Set(measured.filter((line) => line[asked]).map((line) => `${line[asked]} behind ${line[known]}`))].join(', ');
  const question = named('questionTokens', 'menuTokens');
  const example = named('exampleTokens', 'exampleMenuTokens');
  return `Tokens of the question behind its menu: ${question}. Tokens of the training example behind its menu: ${example}.`;
}

/** What the machine allows at most, for a model of this shape. */
function bounds({ layers, head }) {
  const empty = COLUMNS.slice(2).map(() => '');
  return of('limits')
    .filter((limit) => !limit.error)
    .flatMap((limit) => {
      const tile = (name) => number((limit[name] * 1e9) / layers);
      const streamed = number((limit.streamed * 1e9) / (layers + head));
      const where = `${limit.where}, 1`;
      return [
        ['*at most, f32 tile*', where, limit.instructions, tile('f32Tile'), '', ...empty],
        ['*at most, i16 tile; 4-bit weights streamed*', where, limit.instructions, tile('i16Tile'), streamed, ...empty],
      ];
    });
}

const table = (head, rows) => [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

/** Where this project is slower, or takes more, than a peer of the same place and number of threads. */
function slower(measured) {
  const found = [];
  for (const ours of measured.filter((line) => line.peer === 'autodidact')) {
    const isBeside = (line) => line.peer !== 'autodidact' && line.where === ours.where && line.threads === ours.threads;
    const peers = measured.filter(isBeside);
    for (const [title, name, print, better] of COLUMNS) {
      const value = (line) => (name === 'bytes' ? (line.memory ?? line.peak) : line[name]);
      const others = peers.filter((line) => Number.isFinite(value(line)) && (name !== 'load' || serves(line)));
      if (!others.length || !Number.isFinite(value(ours))) continue;
      const best = better(...others.map(value));
      const who = others.find((line) => value(line) === best);
      if (value(ours) !== best && better(value(ours), best) === best) {
        const threads = ours.threads === 1 ? '1 thread' : `${ours.threads} threads`;
        const theirs = `${print(best)} of ${who.peer} (${who.weights})`;
        found.push(`- ${ours.where}, ${threads}: ${title}: ${print(value(ours))} against ${theirs}`);
      }
    }
  }
  return found;
}

const run = of('run')[0] ?? {};
console.log(`Machine: ${machine()}.`);
console.log(`Load of the machine before the run: ${run.load ?? '?'} (0 is a quiet one). Versions: ${run.versions ?? '?'}.\n`);
console.log(
  table(
    ['multiply-adds of one core at most, billions a second', 'instructions', 'f32 tile', 'i16 tile', '4-bit weights streamed'],
    of('limits').map((limit) =>
      limit.error
        ? [limit.where, `fails: ${limit.error}`, '', '', '']
        : [limit.where, limit.instructions, ...['f32Tile', 'i16Tile', 'streamed'].map((name) => number(limit[name]))],
    ),
  ),
);
for (const { model, ...shape } of of('shape')) {
  const measured = lines.filter((line) => line.model === model && line.weights);
  const millions = (count) => `${Math.round(count / 1e6)} million`;
  const [layers, head] = [shape.layers, shape.head].map(millions);
  console.log(`\n**${model}**: ${layers} multiply-adds a token in the layers, ${head} in the head.\n`);
  const titles = ['program', 'where, threads', 'weights', ...COLUMNS.map(([title]) => title)];
  console.log(table(titles, [...measured.map(row), ...bounds(shape)]));
  console.log(`\n${counts(measured)}`);
  const found = slower(measured.filter((line) => !line.error));
  console.log(`\nWhere this project is behind the best peer:\n\n${found.join('\n') || '- nowhere in this run'}`);
}
