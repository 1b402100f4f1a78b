// What measurements of a model in a tab share: a server of large files, and the memory of the browser.
import { createReadStream, readFileSync, readdirSync, statSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, resolve } from 'node:path';
import { bare, beginWith, end, newContext, project } from './installed.mjs';

/** Bytes of the largest process for pages that this program started: its proportional set size, which Linux tells. */
export function memory() {
  const parent = (id) => Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${id}/status`, 'utf8'))[1]);
  const isOurs = (id) => id > 1 && (id === process.pid || isOurs(parent(id)));
  const bytes = (id) => {
    try {
      const isPage = readFileSync(`/proc/${id}/cmdline`, 'utf8').includes('--type=renderer') && isOurs(id);
      const [, kilobytes] = isPage ? /Pss:\s+(\d+)/.exec(readFileSync(`/proc/${id}/smaps_rollup`, 'utf8')) : [0, 0];
      return Number(kilobytes) * 1024;
    } catch {
      return 0; // It ended meanwhile.
    }
  };
  return Math.max(...readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map((name) => bytes(Number(name))));
}

const TYPES = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
};

/** Serves files as they are: `vite preview` would compress the weights. */
export async function serveFiles(root) {
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

/** A new browser with a page of the package beside a model (a directory or a GGUF file), and the model's address. */
export async function tabBeside(source) {
  const name = source.endsWith('.gguf') ? 'model.gguf' : 'model/';
  await beginWith();
  const root = project('plain-page');
  symlinkSync(resolve(source), join(root, name.replace('/', '')));
  const server = await serveFiles(root);
  const origin = `http://127.0.0.1:${server.address().port}`;
  const page = await bare(await newContext(), origin);
  const close = async () => {
    await end();
    server.close();
  };
  return { page, model: `${origin}/${name}`, close };
}
