// wllama in a tab, one thread, by its own clock. Prints one JSON object.
//
//   node wllama.mjs FILE.gguf
import { resolve } from 'node:path';
import { pageWith } from './page.mjs';
import { MENU, PROMPT, QUESTION, SPENT, TIMES, WRITTEN, report, text } from './scenario.mjs';

const [file] = process.argv.slice(2);
const { page, origin, close, memory, peak } = await pageWith({ links: { 'model.gguf': resolve(file) } });

const load = await page.evaluate(async (origin) => {
  const { Wllama } = await import('/node_modules/@wllama/wllama/esm/index.js');
  const began = performance.now();
  const paths = { default: `${origin}/node_modules/@wllama/wllama/esm/wasm/wllama.wasm` };
  const options = { n_threads: 1, n_ctx: 2048, n_gpu_layers: 0, n_parallel: 1, useCache: false };
  globalThis.wllama = new Wllama(paths, { suppressNativeLog: true });
  await wllama.loadModelFromUrl(`${origin}/model.gguf`, options);
  return (performance.now() - began) / 1000;
}, origin);

/** The clock of a completion: of the tokens that were not known, and of those that it wrote. */
const complete = (prompt, tokens) =>
  page.evaluate(
    async ([prompt, max_tokens]) => {
      const options = { temperature: 0, cache_prompt: true, ignore_eos: true };
      const { timings } = await wllama.createCompletion({ prompt, max_tokens, ...options });
      return timings;
    },
    [prompt, tokens],
  );

const best = { prefill: 0, decode: 0, first: Infinity };
const began = performance.now();
for (let time = 0; time < TIMES && (time === 0 || performance.now() - began < SPENT * 1000); time++) {
  const timings = await complete(text(PROMPT, `Text${time}`), WRITTEN);
  best.promptTokens = timings.prompt_n;
  best.prefill = Math.max(best.prefill, timings.prompt_per_second);
  best.decode = Math.max(best.decode, timings.predicted_per_second);
}
const menu = text(MENU);
await complete(menu, 1);
for (let time = 0; time < TIMES; time++) {
  const timings = await complete(`${menu} ${text(QUESTION, `Question${time}`)}`, 1);
  best.questionTokens = timings.prompt_n;
  best.first = Math.min(best.first, timings.prompt_ms / 1000);
}
const figures = { load, ...best, menuTokens: MENU, memory: memory(), peak: peak() };
await close();
report(figures);
