/**
 * Loads a model in a tab, again and again, and prints how each load ended and the memory at its peak. Fails when a load failed.
 *
 *   npm run build:package && node test/loads.mjs MODEL [TIMES]
 *
 * MODEL: a model directory in Hugging Face's layout, or a GGUF file. The browser is a new one each time; the memory is the
 * proportional set size (PSS) of its largest process for pages, which Linux tells.
 */
import { createReadStream, readFileSync, readdirSync, statSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, resolve } from 'node:path';
import { bare, beginWith, end, newContext, project } from './installed.mjs';

const [source, times = '10'] = process.argv.slice(2);
if (!source) throw new Error('usage: node test/loads.mjs MODEL [TIMES]');
const name = source.endsWith('.gguf') ? 'model.gguf' : 'model/';

/** Bytes of the largest process for pages. */
function memory() {
  const bytes = (id) => {
    try {
      const isPage = readFileSync(`/proc/${id}/cmdline`, 'utf8').includes('--type=renderer');
      const [, kilobytes] = isPage ? /Pss:\s+(\d+)/.exec(readFileSync(`/proc/${id}/smaps_rollup`, 'utf8')) : [0, 0];
      return Number(kilobytes) * 1024;
    } catch {
      return 0; // It ended meanwhile.
    }
  };
  return Math.max(...readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(bytes));
}

const TYPES = { '.js': 'text/javascript', '.json': 'application/json', '.wasm': 'application/wasm' };

/** Serves files as they are: `vite preview` would compress the weights. */
async function serve(root) {
  const server = createServer(({ url }, response) => {
    const file = join(root, new URL(url, 'http://localhost').pathname);
    const size = statSync(file, { throwIfNoEntry: false })?.size;
    if (size === undefined) return response.writeHead(404).end('not found');
    response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream', 'content-length': size });
    createReadStream(file).pipe(response);
  });
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  return server;
}

async function load() {
  await beginWith();
  const root = project('plain-page');
  symlinkSync(resolve(source), join(root, name.replace('/', '')));
  const server = await serve(root);
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
