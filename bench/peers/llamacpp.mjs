// llama.cpp, prebuilt, on the CPU, through node-llama-cpp. Prints one JSON object.
//
//   node llamacpp.mjs FILE.gguf THREADS
import { readFileSync } from 'node:fs';
import { getLlama } from 'node-llama-cpp';
import { MENU, PROMPT, QUESTION, TIMES, WRITTEN, report, text } from './scenario.mjs';

const [file, threads] = process.argv.slice(2);

/** Bytes that the process has in memory, or had at most (`VmRSS`, `VmHWM`). */
const memory = (name) => {
  const [, kilobytes] = new RegExp(`${name}:\\s+(\\d+)`).exec(readFileSync('/proc/self/status', 'utf8'));
  return Number(kilobytes) * 1024;
};
const seconds = async (work) => {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
};

const llama = await getLlama({ gpu: false, build: 'never', logLevel: 'error' });
const node = memory('VmRSS');
let model;
let context;
const load = await seconds(async () => {
  model = await llama.loadModel({ modelPath: file, gpuLayers: 0 });
  const all = { ideal: Number(threads), min: Number(threads) };
  context = await model.createContext({ contextSize: 2048, batchSize: PROMPT, threads: all });
});
const sequence = context.getSequence();
const tokens = (count, first) => model.tokenize(text(2 * count, first)).slice(0, count);
const write = async (token, count) => {
  const written = sequence.evaluate([token], { temperature: 0, yieldEogToken: true });
  for await (const _ of written) if (--count === 0) break;
};

const best = { prefill: 0, decode: 0, first: Infinity };
for (let time = 0; time < TIMES; time++) {
  await sequence.clearHistory();
  const prompt = tokens(PROMPT, `Text${time}`);
  const read = await seconds(() => sequence.evaluateWithoutGeneratingNewTokens(prompt));
  best.prefill = Math.max(best.prefill, PROMPT / read);
  best.decode = Math.max(best.decode, WRITTEN / (await seconds(() => write(prompt.at(-1), WRITTEN))));
}
await sequence.clearHistory();
await sequence.evaluateWithoutGeneratingNewTokens(tokens(MENU));
for (let time = 0; time < TIMES; time++) {
  const asked = tokens(QUESTION, `Question${time}`);
  const first = await seconds(async () => {
    await sequence.evaluateWithoutGeneratingNewTokens(asked.slice(0, -1));
    await write(asked.at(-1), 1);
  });
  best.first = Math.min(best.first, first);
  await sequence.eraseContextTokenRanges([{ start: MENU, end: sequence.nextTokenIndex }]);
}
const counts = { promptTokens: PROMPT, menuTokens: MENU, questionTokens: QUESTION };
report({ load, ...best, ...counts, peak: memory('VmHWM') - node });
process.exit(0);
