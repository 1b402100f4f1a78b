// transformers.js in a tab: its backend in WebAssembly, one thread. Prints one JSON object.
//
//   node transformers.mjs FOLDER DTYPE        FOLDER of export_onnx.py; fp32, q8 or q4
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pageWith } from './page.mjs';
import { MENU, PROMPT, QUESTION, SPENT, TIMES, WRITTEN, report } from './scenario.mjs';

const [folder, dtype] = process.argv.slice(2);
const { vocab_size: vocabulary } = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8'));
const imports = {
  '@huggingface/transformers': '/node_modules/@huggingface/transformers/dist/transformers.web.js',
  'onnxruntime-common': '/node_modules/onnxruntime-common/dist/esm/index.js',
  'onnxruntime-web/webgpu': '/node_modules/onnxruntime-web/dist/ort.webgpu.bundle.min.mjs',
};
const { page, close, memory, peak } = await pageWith({ links: { models: resolve(folder, '..') }, imports });

const load = await page.evaluate(
  async ([name, dtype]) => {
    const { AutoModelForCausalLM, AutoTokenizer, Tensor, env } = await import('@huggingface/transformers');
    env.allowRemoteModels = false;
    env.allowLocalModels = true;
    env.localModelPath = '/models/';
    env.useBrowserCache = false;
    env.backends.onnx.wasm.numThreads = 1;
    env.backends.onnx.wasm.wasmPaths = '/node_modules/onnxruntime-web/dist/';
    const began = performance.now();
    await AutoTokenizer.from_pretrained(name);
    const model = await AutoModelForCausalLM.from_pretrained(name, { dtype, device: 'wasm' });
    const tensor = (ids) => new Tensor('int64', BigInt64Array.from(ids, BigInt), [1, ids.length]);
    /** Reads tokens behind a cache; gives the cache, the most likely next token, and the seconds. */
    globalThis.read = async (ids, past = null, known = 0) => {
      const began = performance.now();
      const attention_mask = tensor(Array(known + ids.length).fill(1));
      const { logits, ...rest } = await model({ input_ids: tensor(ids), attention_mask, past_key_values: past });
      const cache = Object.fromEntries(
        Object.entries(rest).map(([name, value]) => [name.replace('present', 'past_key_values'), value]),
      );
      const last = logits.data.subarray(logits.data.length - logits.dims.at(-1));
      let next = 0;
      for (let id = 1; id < last.length; id++) if (last[id] > last[next]) next = id;
      return { cache, next, known: known + ids.length, seconds: (performance.now() - began) / 1000 };
    };
    return (performance.now() - began) / 1000;
  },
  [folder.split('/').filter(Boolean).at(-1), dtype],
);

const costs = await page.evaluate(
  async ([PROMPT, WRITTEN, MENU, QUESTION, TIMES, SPENT, vocabulary]) => {
    const id = (at, first) => (at * 7919 + first * 104729 + 1000) % vocabulary;
    const ids = (count, first) => Array.from({ length: count }, (_, at) => id(at, first));
    const best = { prefill: 0, decode: 0, first: Infinity };
    const began = performance.now();
    for (let time = 0; time < TIMES && (time === 0 || performance.now() - began < SPENT * 1000); time++) {
      let state = await read(ids(PROMPT, time));
      best.prefill = Math.max(best.prefill, PROMPT / state.seconds);
      let spent = 0;
      for (let written = 0; written < WRITTEN; written++) {
        state = await read([state.next], state.cache, state.known);
        spent += state.seconds;
      }
      best.decode = Math.max(best.decode, WRITTEN / spent);
    }
    const menu = await read(ids(MENU, 0));
    for (let time = 0; time < TIMES; time++) {
      best.first = Math.min(best.first, (await read(ids(QUESTION, time), menu.cache, menu.known)).seconds);
    }
    return best;
  },
  [PROMPT, WRITTEN, MENU, QUESTION, TIMES, SPENT, vocabulary],
);
const counts = { promptTokens: PROMPT, menuTokens: MENU, questionTokens: QUESTION };
const figures = { load, ...costs, ...counts, memory: memory(), peak: peak() };
await close();
report(figures);
