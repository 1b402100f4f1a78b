/**
 * Loads a model in a tab, again and again, and prints how each load ended and the memory at its peak. Fails when a load failed.
 *
 *   npm run build:package && node test/loads.mjs MODEL [TIMES]
 *
 * MODEL: a model directory in Hugging Face's layout, or a GGUF file. The browser is a new one each time; the memory is the
 * proportional set size (PSS) of its largest process for pages, which Linux tells.
 */
import { symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { bare, beginWith, end, newContext, project } from './installed.mjs';
import { memory, serveFiles } from './tab.mjs';

const [source, times = '10'] = process.argv.slice(2);
if (!source) throw new Error('usage: node test/loads.mjs MODEL [TIMES]');
const name = source.endsWith('.gguf') ? 'model.gguf' : 'model/';

async function load() {
  await beginWith();
  const root = project('plain-page');
  symlinkSync(resolve(source), join(root, name.replace('/', '')));
  const server = await serveFiles(root);
  const origin = `http://127.0.0.1:${server.address().port}`;
  const page = await bare(await newContext(), origin);
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
    }, `${origin}/${name}`)
    .catch((error) => ({ loaded: false, outcome: `the page crashed: ${error.message}` }));
  clearInterval(watch);
  const seconds = ((Date.now() - began) / 1000).toFixed(1);
  await end();
  server.close();
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
