// Checks with llama.cpp adapters that the Rust crate wrote as GGUF files: they load, and change what the model says as the crate computed.
//
//     node check.mjs PACKAGES INPUT.json        PACKAGES: the folder in which scripts/setup.sh llama-cpp installed node-llama-cpp
//
// INPUT.json, written by the crate:
//
//     {"distributions": [{"name", "base", "adapter", "tokens", "with", "without", "divergence"}],
//      "answers": [{"name", "base", "adapter", "prompt", "with", "without"}]}
//
// `base` and `adapter` are paths of GGUF files. `with` and `without` the adapter are the logits behind each token, [tokens][vocabulary],
// or the ids of the greedy answer. The mean Kullback-Leibler divergence of llama.cpp's distributions from the crate's may be `divergence`,
// in nats. An adapter without which llama.cpp comes nearly as close would prove nothing, and fails too. So does an answer that is the same
// without the adapter.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { argv, exit } from 'node:process';
import { pathToFileURL } from 'node:url';

const [packages, inputPath] = argv.slice(2);
if (!inputPath) {
  console.error('usage: node check.mjs PACKAGES INPUT.json');
  exit(2);
}
const { getLlama, LlamaLogLevel } = await import(
  pathToFileURL(join(packages, 'node_modules/node-llama-cpp/dist/index.js')).href
);
const input = JSON.parse(readFileSync(inputPath, 'utf8'));

/** How much further the distributions must be from the crate's without the adapter, in multiples of what is accepted with it. */
const EFFECT = 10;
const failures = [];

function check(name, passed, said) {
  console.log(`${passed ? 'OK' : 'FAILED'} ${name}: ${said}`);
  if (!passed) failures.push(name);
}

/** Runs `work` with a sequence of a model, `adapter` being the path of one or null. */
async function onSequence(model, adapter, length, work) {
  const context = await model.createContext({
    contextSize: Math.max(64, length),
    threads: 2,
    // What was computed in f32 shall not be rounded to 16 bits in the cache.
    experimentalKvCacheKeyType: 'F32',
    experimentalKvCacheValueType: 'F32',
    ...(adapter ? { lora: adapter } : {}),
  });
  try {
    return await work(context.getSequence());
  } finally {
    await context.dispose();
  }
}

/** Probabilities of all tokens behind each token. */
async function distributions(model, adapter, tokens) {
  const asked = tokens.map((token) => [token, { generateNext: { probabilities: true } }]);
  const out = await onSequence(model, adapter, tokens.length, (sequence) => sequence.controlledEvaluate(asked));
  return out.map(({ next }) => next.probabilities);
}

/** `sum p (ln p - ln q)`, averaged over the places; p of the crate's logits, q of llama.cpp. */
function divergence(logits, probabilities) {
  const each = logits.map((row, at) => {
    const most = Math.max(...row);
    const sum = most + Math.log(row.reduce((all, x) => all + Math.exp(x - most), 0));
    const q = probabilities[at];
    if (q.size !== row.length) throw new Error(`llama.cpp has ${q.size} tokens, the crate ${row.length}`);
    return row.reduce((all, x, id) => all + Math.exp(x - sum) * (x - sum - Math.log(Math.max(q.get(id), 1e-30))), 0);
  });
  return each.reduce((all, x) => all + x, 0) / each.length;
}

async function answer(model, adapter, prompt, length) {
  return onSequence(model, adapter, prompt.length + length, async (sequence) => {
    const ids = [];
    for await (const id of sequence.evaluate(prompt, { temperature: 0, yieldEogToken: true })) {
      ids.push(id);
      if (ids.length === length) break;
    }
    return ids;
  });
}

const llama = await getLlama({ gpu: false, build: 'never', logLevel: LlamaLogLevel.error });
const models = new Map();
async function open(path) {
  if (!models.has(path)) models.set(path, await llama.loadModel({ modelPath: path }));
  return models.get(path);
}

for (const { name, base, adapter, tokens, ...given } of input.distributions) {
  const model = await open(base);
  const without = await distributions(model, null, tokens);
  const adapted = divergence(given.with, await distributions(model, adapter, tokens));
  const plain = divergence(given.without, without);
  const effect = divergence(given.with, without);
  const said = `divergence ${adapted.toExponential(1)} with the adapter, ${plain.toExponential(1)} without it, ${effect.toExponential(1)} if it is left out`;
  // Rounding alone may make a divergence of nearly nothing negative. NaN fails.
  check(name, Math.abs(adapted) <= given.divergence && Math.abs(plain) <= given.divergence && effect > EFFECT * given.divergence, said);
}

for (const { name, base, adapter, prompt, ...given } of input.answers) {
  const model = await open(base);
  const ids = {
    with: await answer(model, adapter, prompt, given.with.length),
    without: await answer(model, null, prompt, given.without.length),
  };
  const same = (a, b) => a.length === b.length && a.every((id, at) => id === b[at]);
  const words = (list) => JSON.stringify(model.detokenize(list, true));
  const said = `${words(ids.with)} with the adapter, ${words(ids.without)} without it`;
  check(name, same(ids.with, given.with) && same(ids.without, given.without) && !same(given.with, given.without), said);
}

// Its threads would keep the program alive.
exit(failures.length === 0 ? 0 : 1);
