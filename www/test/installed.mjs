// The npm package, installed in projects outside of the repository, and pages that use it. For tests.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { preview } from 'vite';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const TIMEOUT = Number(process.env.TIMEOUT_MS ?? 300_000);
const EXAMPLES = here('../../examples');

/**
 * A name that is this machine, as the browser of these tests sees it: a page there is not secure, unlike one at the
 * machine's own address.
 */
export const ELSEWHERE = 'elsewhere.example';
const FLAGS = ['--headless=new', '--no-sandbox', '--disable-dev-shm-usage', `--host-resolver-rules=MAP ${ELSEWHERE} 127.0.0.1`];

let folder;
let browser;
const servers = [];

/** Where the tools of the page lie. */
export const TOOLS = here('../node_modules/.bin');

/** A copy of an example with the tarball in its node_modules, and nothing else. Made once. */
export function project(name) {
  const root = join(folder, name);
  if (existsSync(root)) return root;
  cpSync(join(EXAMPLES, name), root, { recursive: true, filter: (path) => !/node_modules|dist$/.test(path) });
  // The tools are those of the page: asked for here, npm would look them up, and there may be no network.
  const file = join(root, 'package.json');
  if (existsSync(file)) {
    const manifest = JSON.parse(readFileSync(file, 'utf8'));
    delete manifest.devDependencies;
    // Its path is from the repository; the tarball is named below.
    delete manifest.dependencies;
    writeFileSync(file, JSON.stringify(manifest));
  }
  const tarball = readdirSync(here('../package')).find((file) => file.endsWith('.tgz'));
  assert.ok(tarball, 'there is no tarball: run `npm run build:package`');
  const args = ['install', '--no-save', '--omit=dev', '--no-package-lock', '--no-audit', '--no-fund', '--offline', here(`../package/${tarball}`)];
  execFileSync('npm', args, { cwd: root, stdio: 'pipe' });
  return root;
}

/** Ends with the tests. */
export const ending = (server) => servers.push(server);

/** Serves the built files of a project; gives the origin. */
export async function serve(root, outDir = 'dist', headers = {}) {
  const server = await preview({ root, configFile: false, build: { outDir }, preview: { port: 0, host: '127.0.0.1', headers }, logLevel: 'error' });
  ending(server);
  return `http://127.0.0.1:${server.httpServer.address().port}`;
}

/** What lets a browser without a GPU offer WebGPU: an adapter in software. */
export const SOFTWARE_GPU = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'];

export const newContext = () => browser.newContext();

/** A page that notes what the browser complains of, and requests that leave the origin. */
export async function open(origin, problems = [], context) {
  context ??= await newContext();
  context.setDefaultTimeout(TIMEOUT);
  const page = await context.newPage();
  page.on('pageerror', (error) => problems.push(`page error: ${error.message}`));
  page.on('console', (message) => {
    // Chromium's own words for an icon that nobody made.
    if (message.type() === 'error' && !message.location().url.endsWith('favicon.ico')) problems.push(message.text());
  });
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (url.origin !== origin && !['blob:', 'data:'].includes(url.protocol)) problems.push(`left the origin: ${url}`);
  });
  return page;
}

/**
 * A page of the package without a bundler: `make(options)` gives an agent on the CPU, `tools` a timer, `task` a
 * question for it.
 */
export async function bare(context, origin) {
  origin ??= await serve(project('plain-page'), '.');
  const page = await open(origin, [], context);
  await page.goto(`${origin}/package.json`); // Any page of the origin.
  await page.evaluate(async () => {
    const { createAgent } = await import('/node_modules/autodidact/dist/index.js');
    const { seedModel } = await import('/node_modules/autodidact/dist/seed-model.js');
    const parameters = { type: 'object', properties: { minutes: { type: 'integer' } }, required: ['minutes'] };
    globalThis.tools = [{ name: 'set_timer', description: 'Set a timer', parameters }];
    globalThis.task = 'Set a timer for 5 minutes';
    globalThis.make = (more) => createAgent({ model: seedModel, backend: 'cpu', ...more });
  });
  return page;
}

/** For `before`, which hands over a context. */
export const begin = () => beginWith();

/** `flags` of the browser, beside those that all tests need. */
export async function beginWith(...flags) {
  folder = mkdtempSync(join(tmpdir(), 'autodidact-consumer-'));
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: [...FLAGS, ...flags] });
}

export async function end() {
  await browser?.close();
  await Promise.all(servers.map((server) => server.close()));
  if (folder) rmSync(folder, { recursive: true, force: true });
}
