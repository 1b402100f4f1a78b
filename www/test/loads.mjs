/**
 * Loads a model in a tab, again and again, and prints how each load ended and the memory at its peak. Fails when a load failed.
 *
 *   npm run build:package && node test/loads.mjs MODEL [TIMES]
 *
 * MODEL: a model directory in Hugging Face's layout, or a GGUF file. The browser is a new one each time; the memory is the
 * proportional set size (PSS) of its largest process for pages, which Linux tells.
 */
import { memory, tabBeside } from './tab.mjs';

const [source, times = '10'] = process.argv.slice(2);
if (!source) throw new Error('usage: node test/loads.mjs MODEL [TIMES]');

async function load() {
  const { page, model, close } = await tabBeside(source);
  let peak = 0;
  const watch = setInterval(() => (peak = Math.max(peak, memory())), 500);
  const began = Date.now();
  const outcome = await page
    .evaluate(async (model) => {
      try {
        return { loaded: true, outcome: `${(await make({ model })).report.model.parameters} weights` };
      } catch (error) {
        return { loaded: false, outcome: `${error.code}: ${error.message}` };
      }
    }, model)
    .catch((error) => ({ loaded: false, outcome: `the page crashed: ${error.message}` }));
  clearInterval(watch);
  const seconds = ((Date.now() - began) / 1000).toFixed(1);
  await close();
  return { ...outcome, seconds, 'peak, GB': (peak / 1e9).toFixed(2) };
}

const loads = [];
for (let i = 0; i < Number(times); i++) loads.push(await load());
console.table(loads);
const failed = loads.filter(({ loaded }) => !loaded).length;
if (failed) {
  console.error(`${failed} of ${loads.length} loads failed`);
  process.exit(1);
}
