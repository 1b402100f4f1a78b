// A page for a program that runs in a tab: its files beside a model, in a browser of its own, without a network.
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beginWith, end, newContext, open } from '../../www/test/installed.mjs';
import { memory, serveFiles } from '../../www/test/tab.mjs';

const PACKAGES = fileURLToPath(new URL('node_modules', import.meta.url));

/**
 * Opens a page of an origin that serves `/node_modules` and `links` (name: path). `imports` are names that the page's
 * scripts import. Gives the page, its bytes beyond those of the empty page, now and at most, and what ends all of it.
 */
export async function pageWith({ links = {}, imports = {} }) {
  const root = mkdtempSync(join(tmpdir(), 'autodidact-peers-'));
  for (const [name, path] of Object.entries({ node_modules: PACKAGES, ...links })) symlinkSync(path, join(root, name));
  const map = `<script type="importmap">${JSON.stringify({ imports })}</script>`;
  writeFileSync(join(root, 'index.html'), `<!doctype html>${map}`);
  await beginWith();
  const server = await serveFiles(root);
  const origin = `http://127.0.0.1:${server.address().port}`;
  const page = await open(origin, [], await newContext());
  await page.goto(`${origin}/index.html`);
  const empty = memory();
  let peak = 0;
  const watch = setInterval(() => (peak = Math.max(peak, memory())), 200);
  const close = async () => {
    clearInterval(watch);
    await end();
    server.close();
    rmSync(root, { recursive: true });
  };
  return { page, origin, close, memory: () => memory() - empty, peak: () => peak - empty };
}
