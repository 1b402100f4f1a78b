/**
 * The real page in a real browser, from the built files: what the tests beside this file share. Each file of tests has
 * a process, servers and a browser of its own, so that two can run side by side.
 *
 *   npm run build && npm run test:e2e      the shipped page with the wasm agent
 *   npm run test:e2e:mock                  the same page with the mock agent
 *   npm run test:e2e:crash                 only what the mock alone can do: crash
 *
 * Environment: CHROMIUM (the browser's path), BACKEND (cpu, or webgpu on a software adapter), SCREENSHOTS (a folder),
 * TIMEOUT_MS (how long any single wait may last), MOCK=1.
 */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe } from 'node:test';
import { fileURLToPath } from 'node:url';
import axe from 'axe-core';
import { chromium } from 'playwright-core';
import { preview } from 'vite';
import { startHub, WEIGHTS } from '../hub.mjs';
import { SOFTWARE_GPU } from '../installed.mjs';

export const MOCK = process.env.MOCK === '1';
export const BACKEND = process.env.BACKEND ?? 'cpu';
export const TIMEOUT = Number(process.env.TIMEOUT_MS ?? (MOCK ? 30_000 : 300_000));
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const DIST = join(ROOT, MOCK ? 'dist-mock' : 'dist');
const CONFIG = join(ROOT, MOCK ? 'test/mock/vite.config.ts' : 'vite.config.ts');
export const SCREENSHOTS = process.env.SCREENSHOTS ?? join(ROOT, MOCK ? 'test-results/mock' : 'test-results');

const FLAGS = [
  '--headless=new', '--no-sandbox', '--disable-dev-shm-usage', '--disable-background-networking', '--disable-component-update',
  '--disable-sync', '--no-first-run', '--disable-quic',
];

export const DESKTOP = { width: 1280, height: 800 };
export const PHONE = { width: 390, height: 844 };

export const PASTA = '9 minutes for the pasta';
export const BREAD = 'set a timer for the bread';

/** Tools that the page does not have. */
export const HOTEL = {
  name: 'find_hotel', description: 'Find a hotel',
  parameters: {
    type: 'object', required: ['city', 'nights', 'class'],
    properties: { city: { type: 'string' }, nights: { type: 'integer' }, class: { type: 'string', enum: ['economy', 'standard', 'luxury'] } },
  },
};
export const FLIGHT = {
  name: 'book_flight', description: 'Book a flight',
  parameters: {
    type: 'object', required: ['origin', 'destination', 'date'],
    properties: { origin: { type: 'string' }, destination: { type: 'string' }, date: { type: 'string' } },
  },
};
export const FORECAST = {
  name: 'get_weather', description: 'Weather forecast of a place',
  parameters: { type: 'object', required: ['place'], properties: { place: { type: 'string' }, day: { type: 'string' } } },
};

/** What Chromium itself prints when a page asks for WebGPU and the machine has none: not a fault of the page. */
const NO_GPU = 'console warning: No available adapters.';

export const MODEL = join(ROOT, 'public/model');

let server;
let browser;
export let origin;
export let hub;
export let context;
export let page;
let problems;

/** A profile of its own, until the test ends. */
export async function newContext(options) {
  context = await browser.newContext(options);
  context.setDefaultTimeout(TIMEOUT);
}

export async function newPage() {
  page = await context.newPage();
}

/** Strikes out what the browser had reason to complain of, up to now. */
export function allow(isExpected) {
  problems = problems.filter((problem) => !isExpected(problem));
}

/** A page of its own profile that notes every complaint of the browser and every request that leaves the origin. */
export async function open({ at = origin, viewport = DESKTOP, query = {}, ...options } = {}) {
  await newContext({ viewport, acceptDownloads: true, ...options });
  await newPage();
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) problems.push(`console ${message.type()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => problems.push(`page error: ${error.message}`));
  page.on('requestfailed', (request) => {
    const reason = request.failure()?.errorText;
    // A context keeps its cache in memory, where the weights do not always fit: then the page asks again, past the
    // cache.
    const isTooLarge = reason === 'net::ERR_CACHE_WRITE_FAILURE' && request.url().endsWith(WEIGHTS);
    if (!isTooLarge) problems.push(`request failed: ${request.url()} ${reason}`);
  });
  page.on('response', (response) => {
    if (response.status() >= 400) problems.push(`status ${response.status()}: ${response.url()}`);
  });
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (url.origin !== at && !['blob:', 'data:'].includes(url.protocol)) problems.push(`left the origin: ${url}`);
  });
  const parameters = { backend: BACKEND, ...(BACKEND === 'webgpu' && { software_gpu: '1' }), ...query };
  await page.goto(`${at}/?${new URLSearchParams(parameters)}`, { waitUntil: 'commit' });
}

/** Serves a folder as the page, and beside it what `hub` serves: the page's policy lets it ask its own origin. */
export async function serve(dist) {
  const proxy = { '/hub': { target: hub.origin, rewrite: (path) => path.slice('/hub'.length) }, '/cdn': hub.origin };
  // The system gives a free port.
  const running = await preview({ root: ROOT, configFile: CONFIG, preview: { host: '127.0.0.1', port: 0, proxy }, build: { outDir: dist }, logLevel: 'warn' });
  return { server: running, origin: `http://127.0.0.1:${running.httpServer.address().port}` };
}

export const worksOffline = () => page.locator('#storage', { hasText: /Without a network\s*works/ }).waitFor();

export const ready = () => page.locator('#engine[data-state="ready"]').waitFor();
export const idle = () => page.locator('#ask[aria-disabled="false"]').waitFor();
export const text = (selector) => page.locator(selector).innerText();
export const status = (expected) => page.locator('#status', { hasText: expected }).waitFor();

export const turns = () => page.locator('.turn');
export const last = () => turns().last();
export const reply = () => last().locator('.reply').innerText();
export const state = () => last().getAttribute('data-state');
export const inLast = (name, exact = true) => last().getByRole('button', { name, exact });
export const lesson = (expected) => last().locator('.lesson', { hasText: expected }).waitFor();

/** Waits for the turn of that place, counted from 0, to end; gives how it did. */
export async function ended(at) {
  await page.locator(`.turn:nth-child(${at + 1}):not([data-state="running"])`).waitFor();
  await idle();
  return turns().nth(at).getAttribute('data-state');
}

/** Sends a request, and gives how the turn ended. */
export async function send(words) {
  await idle();
  const at = await turns().count();
  await page.locator('#query').fill(words);
  await page.locator('#ask').click();
  return ended(at);
}

/** Sends a request, and waits for no more than that it runs. */
export async function begin(words) {
  await idle();
  const at = await turns().count();
  await page.locator('#query').fill(words);
  await page.locator('#ask').click();
  await turns().nth(at).waitFor();
}

export async function startOver() {
  await idle();
  if (await page.locator('#new-conversation').isVisible()) await page.locator('#new-conversation').click();
}

/** Clicks an example, which may be folded away. */
export async function example(name) {
  await idle();
  if (!(await page.locator('#examples').isVisible())) await page.getByRole('button', { name: 'Examples' }).click();
  const at = await turns().count();
  await page.locator(`[data-example="${name}"]`).click();
  return ended(at);
}

export const unfold = (id) => page.locator(`#${id}`).evaluate((details) => (details.open = true));
export const openSettings = () => unfold('settings');
export const openInside = () => unfold('inside');

/** Says in a form what was right. */
export async function correct(tool, fields) {
  const form = last().getByRole('form', { name: 'What was right' });
  await form.getByLabel('What you wanted').selectOption({ label: tool });
  for (const [label, value] of Object.entries(fields)) {
    const field = form.getByLabel(label);
    if (await field.evaluate((element) => element.tagName === 'SELECT')) await field.selectOption({ label: value });
    else await field.fill(value);
  }
  await form.getByRole('button', { name: 'That is right' }).click();
  await form.waitFor({ state: 'detached' });
  await last().locator('.lesson p:not(:empty)').waitFor();
  await idle();
}

/** `whole`: without the bar that sticks to the lower edge, which would stand in the middle of a picture of the whole page. */
export async function shoot(name, { fullPage = true, whole = false } = {}) {
  const sticking = (position) => page.locator('.composer').evaluate((element, value) => (element.style.position = value), position);
  if (whole) await sticking('static');
  await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage });
  if (whole) await sticking('');
}

export async function learn(way) {
  await openSettings();
  await page.getByLabel('It practises').selectOption(way);
}

/** Sets the threshold. No answer is below 0.01: then nothing is learned, and no other answer is looked for. */
export async function learnBelow(value) {
  await learn('below');
  await page.locator('#below').fill(String(value));
  assert.equal(await text('#below-value'), value.toFixed(2));
}

export async function remember(mode) {
  await openSettings();
  await page.getByLabel('Between requests it').selectOption(mode);
}

export async function setNumbers(numbers) {
  await openSettings();
  if (!(await page.locator('#pairs').isVisible())) await page.getByText('Numbers', { exact: true }).click();
  for (const [id, value] of Object.entries(numbers)) await page.locator(`#${id}`).fill(String(value));
}

/** Lets the agent call these tools, and none of the page. */
export async function useTools(tools) {
  await openSettings();
  await page.getByLabel('It may call the tools of this page').uncheck();
  await unfold('menu-details');
  await page.locator('#menu').fill(JSON.stringify(tools));
  await page.locator('#menu-message', { hasText: 'all valid' }).waitFor();
}

/** What axe finds: nothing. */
export async function assertAccessible() {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
  assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`), []);
}

/** Requests to learn from: a tiny model may write no example for some. */
export const TO_LEARN = [() => example('hotel'), ...[PASTA, 'Add a note saying buy milk', BREAD].map((words) => () => send(words))];

/** Asks in turn until the agent has learned from a request and kept it; gives the one that it was. */
export async function learnAndKeep(name) {
  await remember('reset');
  await learn('always');
  await page.getByLabel('Keep what it learns as').check();
  await page.locator('#keep-name').fill(name);
  await openInside();
  for (const again of TO_LEARN) {
    await startOver();
    assert.notEqual(await again(), 'failed');
    if (!(await text('#answer-note')).includes(`Kept as “${name}”`)) continue;
    await row(name).waitFor();
    return again;
  }
  assert.fail(`none of the requests led to a kept adapter; the last said: ${await text('#answer-note')}`);
}

export const row = (name) => page.locator(`[data-adapter="${name}"]`);
export const action = (label, name) => page.getByRole('button', { name: `${label} ${name}`, exact: true });
export const decide = (button) => page.getByRole('dialog').getByRole('button', { name: button, exact: true }).click();
export const things = (list) => page.locator(`#${list} li:not(.empty)`);

export const focused = () =>
  page.evaluate(() => {
    const it = document.activeElement;
    return it?.id || it?.getAttribute('data-example') || it?.getAttribute('aria-label') || it?.className || it?.tagName;
  });

/** The last turn lies in the window, above the bar where the user writes. */
export async function assertSeen() {
  const { top, bottom, bar } = await page.evaluate(() => {
    const turn = [...document.querySelectorAll('.turn')].at(-1).getBoundingClientRect();
    return { top: turn.top, bottom: turn.bottom, bar: document.getElementById('ask-form').getBoundingClientRect().top };
  });
  assert.ok(top >= 0 && bottom <= bar, `the last turn reaches from ${top} to ${bottom}, the bar begins at ${bar}`);
}

/** Notes how far things move on the page, as the browser judges it. */
export function watchShifts(sinceStart) {
  return page.evaluate((buffered) => {
    window.shifts = [];
    const note = (entry) => {
      const moved = entry.sources.map(({ node }) => node?.id || node?.className || node?.nodeName).join(' ');
      window.shifts.push({ value: entry.value, moved });
    };
    new PerformanceObserver((list) => list.getEntries().forEach(note)).observe({ type: 'layout-shift', buffered });
  }, sinceStart);
}

export async function assertStill(limit) {
  const shifts = await page.evaluate(() => window.shifts);
  const sum = shifts.reduce((total, { value }) => total + value, 0);
  assert.ok(sum < limit, `layout shift ${sum.toFixed(3)}: ${shifts.map(({ value, moved }) => `${value.toFixed(3)} (${moved})`).join('; ')}`);
}

/** `describe` for a file of tests: starts servers and a browser for it, and fails a test of which the browser complains. */
export function describePage(topic, tests) {
  describe(`the page: ${topic}`, () => {
    before(async () => {
      assert.ok(existsSync(join(DIST, 'index.html')), `${DIST} is missing: run \`npm run ${MOCK ? 'build:mock' : 'build'}\` first`);
      mkdirSync(SCREENSHOTS, { recursive: true });
      hub = await startHub(MODEL, ROOT);
      ({ server, origin } = await serve(DIST));
      browser = await chromium.launch({
        executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
        args: BACKEND === 'webgpu' ? [...FLAGS, ...SOFTWARE_GPU] : FLAGS,
        timeout: TIMEOUT,
      });
    });

    after(async () => {
      await browser?.close();
      await server?.close();
      await hub?.close();
    });

    beforeEach(() => {
      problems = [];
    });

    afterEach(async () => {
      await context?.close();
      context = undefined;
      assert.deepEqual(problems.filter((problem) => problem !== NO_GPU), [], 'the browser complained');
    });

    tests();
  });
}
