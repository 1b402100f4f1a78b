// This project's npm package in a tab, on the CPU. Prints one JSON object.
//
//   node ours.mjs FILE.gguf [whole]        after `make npm`
//
// `whole`: in addition a training step of an ordinary adapter, which reads the whole prompt with its menu of eleven tools.
import { memory, tabBeside } from '../../www/test/tab.mjs';
import { PROMPT, SPENT, TIMES, WRITTEN } from './scenario.mjs';
import { elevenTools, fourTools, question, report, text } from './scenario.mjs';

const [file, whole] = process.argv.slice(2);
const { page, model, close } = await tabBeside(file);
const empty = memory();
let peak = 0;
const watch = setInterval(() => (peak = Math.max(peak, memory())), 200);

const load = await page.evaluate(async (model) => {
  const began = performance.now();
  globalThis.agent = await make({ model });
  return (performance.now() - began) / 1000;
}, model);

/** What an answer cost, by the package's own numbers. */
const ask = (content, tools, max_tokens) =>
  page.evaluate(
    async ([content, tools, max_tokens]) => {
      const menu = tools.map((tool) => ({ type: 'function', function: tool }));
      const messages = [{ role: 'user', content }];
      const { usage } = await agent.chat.completions.create({ messages, tools: menu, temperature: 0, max_tokens });
      return { ...usage, known: usage.prompt_tokens_details.cached_tokens };
    },
    [content, tools, max_tokens],
  );

const best = { prefill: 0, decode: 0, first: Infinity };
const began = performance.now();
for (let time = 0; time < TIMES && (time === 0 || performance.now() - began < SPENT * 1000); time++) {
  // The chat template has some tokens of its own. What begins with a word of its own is not known.
  const usage = await ask(`${text(PROMPT - 14, `Text${time}`)}. Tell a long story about it.`, [], WRITTEN);
  best.promptTokens = usage.prompt_tokens - usage.known;
  best.prefill = Math.max(best.prefill, usage.extra.prefill_tokens_per_s);
  if (usage.completion_tokens > WRITTEN / 4) best.decode = Math.max(best.decode, usage.extra.decode_tokens_per_s);
}
const eleven = elevenTools();
// The marks before the question's first word are known too.
const MORE = ' do so, and no more';
await ask('Hello', eleven, 1);
for (let time = 1; time <= TIMES; time++) {
  const usage = await ask(question(time, MORE), eleven, 1);
  best.menuTokens = usage.known;
  best.questionTokens = usage.prompt_tokens - usage.known;
  best.first = Math.min(best.first, best.questionTokens / usage.extra.prefill_tokens_per_s);
}
const resident = memory() - empty;
const inference = peak - empty;
peak = 0;

/** Seconds of the fastest training step; the first of an activated adapter reads the menu, and does not count. */
const train = (activated, tools, steps) =>
  page.evaluate(
    async ([activated, tools, steps]) => {
      const call = { name: 'find_hotel', arguments: { city: 'Lisbon', nights: 3 } };
      const pair = { query: 'Find a hotel in Lisbon for 3 nights', calls: [call] };
      const adaptation = { activated, steps, learningRate: 1e-3 };
      const options = { tools, keep: 'bench', replace: true, adaptation };
      const run = agent.adapt('Find a hotel in Oslo for 2 nights', [pair], options);
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
    },
    [activated, tools, steps],
  );
const step = await train(true, fourTools(), TIMES + 2);
const trainingPeak = peak - empty;
const more = {};
if (whole) {
  peak = 0;
  const hotel = fourTools().filter(({ name }) => name === 'find_hotel');
  more.wholeStep = await train(false, [...eleven, ...hotel], 3);
  more.wholeStepPeak = peak - empty;
}
clearInterval(watch);
const figures = { load, ...best, memory: resident, peak: inference, step, trainingPeak, ...more };
await close();
report(figures);
