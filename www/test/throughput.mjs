/**
 * What a model costs in a tab, by the package's own numbers: reading a prompt, writing, the first token behind a menu that is
 * known, a training step, and memory. Prints one JSON object.
 *
 *   npm run build:package && node test/throughput.mjs MODEL [backend]
 *
 * MODEL: a model directory in Hugging Face's layout, or a GGUF file. The memory is the proportional set size (PSS) of the
 * browser's largest process for pages, less that of an empty page.
 */
import { memory, tabBeside } from './tab.mjs';

const [source, backend = 'cpu'] = process.argv.slice(2);
if (!source) throw new Error('usage: node test/throughput.mjs MODEL [backend]');

const { page, model, close } = await tabBeside(source);
const empty = memory();
let peak = 0;
const watch = setInterval(() => (peak = Math.max(peak, memory())), 200);

const load = await page.evaluate(async ([model, backend]) => {
  const began = performance.now();
  globalThis.agent = await make({ model, backend });
  return (performance.now() - began) / 1000;
}, [model, backend]);

const costs = await page.evaluate(async () => {
  const words = 'the river runs past the old mill and under the stone bridge to the sea ';
  const ask = (content, more) => agent.chat.completions.create({ messages: [{ role: 'user', content }], tools: [], temperature: 0, ...more });
  const best = { prefill: 0, decode: 0, first: Infinity };
  for (let i = 0; i < 3; i++) {
    // Each prompt begins with words of its own: none is known.
    const { usage } = await ask(`${i} ${words.repeat(33)}. Tell a long story about it.`, { max_tokens: 64 });
    const read = usage.prompt_tokens - usage.prompt_tokens_details.cached_tokens;
    best.promptTokens = usage.prompt_tokens;
    best.prefill = Math.max(best.prefill, read > 400 ? usage.extra.prefill_tokens_per_s : 0);
    best.decode = Math.max(best.decode, usage.completion_tokens > 16 ? usage.extra.decode_tokens_per_s : 0);
  }
  const tool = (n) => ({
    name: `tool_${n}`, description: `Does the thing number ${n} of the menu for the user`,
    parameters: { type: 'object', properties: { place: { type: 'string', description: 'Where it is done' }, count: { type: 'integer' } }, required: ['place'] },
  });
  const tools = Array.from({ length: 11 }, (_, n) => tool(n));
  const menu = tools.map((f) => ({ type: 'function', function: f }));
  for (let i = 0; i < 4; i++) {
    const question = `Please do the thing number ${i} of your list in the old town of Bergen, twice if you can do so, ${i} times otherwise`;
    const { usage } = await ask(question, { tools: menu, max_tokens: 1 });
    best.menuTokens = usage.prompt_tokens_details.cached_tokens;
    best.questionTokens = usage.prompt_tokens - best.menuTokens;
    if (i > 0) best.first = Math.min(best.first, best.questionTokens / usage.extra.prefill_tokens_per_s);
  }
  return { ...best, tools };
});
const idle = memory() - empty;
peak = 0;
const training = await page.evaluate(async (tools) => {
  const pair = (n) => ({ query: `Do the thing number ${n} in Oslo`, calls: [{ name: `tool_${n}`, arguments: { place: 'Oslo' } }] });
  const steps = async (activated) => {
    const run = agent.adapt('Do the thing number 1 in Bergen', [pair(2)], {
      tools, keep: 'bench', replace: true, adaptation: { activated, steps: 4, learningRate: 1e-3 },
    });
    const times = [];
    let last;
    for await (const event of run) {
      if (event.type !== 'train') continue;
      const now = performance.now();
      if (last) times.push((now - last) / 1000);
      last = now;
    }
    await run;
    return Math.min(...times);
  };
  return { step: await steps(true), wholeStep: await steps(false) };
}, costs.tools);
clearInterval(watch);
await close();
const { tools: _, ...figures } = costs;
console.log(JSON.stringify({ load, ...figures, ...training, idleMB: Math.round(idle / 1e6), trainingMB: Math.round((peak - empty) / 1e6) }));
