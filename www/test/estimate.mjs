/**
 * Compares the memory that `modelInfo` estimates with the memory that a model takes in a tab: after it was loaded, and after
 * it read a dozen shorter texts and one of about 2,048 tokens. Fails where the estimate is further than 15 % from the latter.
 *
 *   npm run build:package && node test/estimate.mjs MODEL [DTYPE]
 *
 * MODEL: a model directory in Hugging Face's layout, or a GGUF file. The memory is the proportional set size (PSS) of the
 * browser's largest process for pages, less that of an empty page, which Linux tells.
 */
import { memory, tabBeside } from './tab.mjs';

const FURTHEST = 0.15;

const [source, dtype = 'auto'] = process.argv.slice(2);
if (!source) throw new Error('usage: node test/estimate.mjs MODEL [DTYPE]');

const { page, model, close } = await tabBeside(source);
const empty = memory();
let peak = 0;
const watch = setInterval(() => (peak = Math.max(peak, memory())), 200);

const estimated = await page.evaluate(async ([model, dtype]) => {
  const { modelInfo } = await import('/node_modules/autodidact/dist/index.js');
  return modelInfo(model, { dtype }).then(({ memory }) => memory, (error) => (console.log(error.message), NaN));
}, [model, dtype]);
const context = await page.evaluate(async ([model, dtype]) => {
  globalThis.agent = await make({ model, dtype });
  return agent.report.model.context;
}, [model, dtype]);
const loading = peak - empty;
const loaded = memory() - empty;
peak = 0;
const tokens = await page.evaluate(async (context) => {
  const words = 'the river runs past the old mill and under the stone bridge to the sea '.trim().split(' ');
  const ask = async (first, count) => {
    // Each begins with words of its own, so that none takes the place of another.
    const content = Array.from({ length: count }, (_, i) => words[(first + i * (first + 1)) % words.length]).join(' ');
    return (await agent.chat.completions.create({ messages: [{ role: 'user', content }], tools: [], temperature: 0, max_tokens: 8 })).usage.total_tokens;
  };
  const room = Math.min(context, 2048) - 64;
  const part = await ask(0, Math.floor(room / 4));
  // Earlier prompts, more of them than are kept.
  for (let i = 1; i < 12; i++) await ask(i, Math.floor(room / 3));
  // A word is a token or more.
  return ask(12, Math.floor((room * room) / 4 / part));
}, context);
clearInterval(watch);
const measured = memory() - empty;
await close();
const MB = (bytes) => Math.round(bytes / 1e6);
const ratio = estimated / measured;
console.log(JSON.stringify({ estimatedMB: MB(estimated), measuredMB: MB(measured), ratio: Number(ratio.toFixed(3)), loadingPeakMB: MB(loading), loadedMB: MB(loaded), answeringPeakMB: MB(peak - empty), tokens }));
if (!(Math.abs(ratio - 1) <= FURTHEST)) {
  console.error(`the estimate is further than ${FURTHEST * 100} % from the memory that was measured`);
  process.exitCode = 1;
}
