/**
 * The real page in a real browser, from the built files.
 *
 *   npm run build && npm run test:e2e      the shipped page with the wasm agent
 *   npm run test:e2e:mock                  the same page with the mock agent
 *   npm run test:e2e:crash                 only what the mock alone can do: crash
 *
 * Environment: CHROMIUM (the browser's path), BACKEND (cpu, or webgpu on a software adapter), SCREENSHOTS (a folder),
 * TIMEOUT_MS (how long any single wait may last), MOCK=1.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import axe from 'axe-core';
import { chromium } from 'playwright-core';
import { preview } from 'vite';
import { ID, startHub, WEIGHTS } from './hub.mjs';
import { SOFTWARE_GPU } from './installed.mjs';

const MOCK = process.env.MOCK === '1';
const BACKEND = process.env.BACKEND ?? 'cpu';
const TIMEOUT = Number(process.env.TIMEOUT_MS ?? (MOCK ? 30_000 : 300_000));
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const DIST = join(ROOT, MOCK ? 'dist-mock' : 'dist');
const CONFIG = join(ROOT, MOCK ? 'test/mock/vite.config.ts' : 'vite.config.ts');
const SCREENSHOTS = process.env.SCREENSHOTS ?? join(ROOT, MOCK ? 'test-results/mock' : 'test-results');

const FLAGS = [
  '--headless=new', '--no-sandbox', '--disable-dev-shm-usage', '--disable-background-networking', '--disable-component-update',
  '--disable-sync', '--no-first-run', '--disable-quic',
];

const DESKTOP = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };
const NARROWEST = { width: 360, height: 740 };

const PASTA = '9 minutes for the pasta';
const BREAD = 'set a timer for the bread';

/** Tools that the page does not have. */
const HOTEL = {
  name: 'find_hotel', description: 'Find a hotel',
  parameters: {
    type: 'object', required: ['city', 'nights', 'class'],
    properties: { city: { type: 'string' }, nights: { type: 'integer' }, class: { type: 'string', enum: ['economy', 'standard', 'luxury'] } },
  },
};
const FLIGHT = {
  name: 'book_flight', description: 'Book a flight',
  parameters: {
    type: 'object', required: ['origin', 'destination', 'date'],
    properties: { origin: { type: 'string' }, destination: { type: 'string' }, date: { type: 'string' } },
  },
};
const FORECAST = {
  name: 'get_weather', description: 'Weather forecast of a place',
  parameters: { type: 'object', required: ['place'], properties: { place: { type: 'string' }, day: { type: 'string' } } },
};

const notZip = { name: 'wrong.zip', mimeType: 'application/zip', buffer: Buffer.from('not a zip') };

/** What Chromium itself prints when a page asks for WebGPU and the machine has none: not a fault of the page. */
const NO_GPU = 'console warning: No available adapters.';

/** Text of the mock that must not stand in the shipped files. */
const MOCK_MARKER = 'autodidact-mock-agent';

const MODEL = join(ROOT, 'public/model');

/** What the page says of the built-in model's files before it loads them again. */
const modelFacts = () => new RegExp(`Files\\s+${readdirSync(MODEL).length} files\\s+Size\\s+15\\.\\d MB\\s+Memory, about\\s+\\d\\d\\.\\d MB`);

let server;
let browser;
let origin;
let hub;
let context;
let page;
let problems;

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

/** A page of its own profile that notes every complaint of the browser and every request that leaves the origin. */
async function open({ viewport = DESKTOP, query = {}, ...options } = {}) {
  context = await browser.newContext({ viewport, acceptDownloads: true, ...options });
  context.setDefaultTimeout(TIMEOUT);
  page = await context.newPage();
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
    if (url.origin !== origin && !['blob:', 'data:'].includes(url.protocol)) problems.push(`left the origin: ${url}`);
  });
  const parameters = { backend: BACKEND, ...(BACKEND === 'webgpu' && { software_gpu: '1' }), ...query };
  await page.goto(`${origin}/?${new URLSearchParams(parameters)}`, { waitUntil: 'commit' });
}

/** Serves a folder as the page, and beside it what `hub` serves: the page's policy lets it ask its own origin. */
async function serve(dist) {
  const port = await freePort();
  const proxy = { '/hub': { target: hub.origin, rewrite: (path) => path.slice('/hub'.length) }, '/cdn': hub.origin };
  const running = await preview({ root: ROOT, configFile: CONFIG, preview: { host: '127.0.0.1', port, strictPort: true, proxy }, build: { outDir: dist }, logLevel: 'warn' });
  return { server: running, origin: `http://127.0.0.1:${port}` };
}

/** Waits for what the page can only tell later. */
async function until(check) {
  const deadline = Date.now() + TIMEOUT;
  while (!(await page.evaluate(check))) {
    assert.ok(Date.now() < deadline, `never came true: ${check}`);
    await page.waitForTimeout(100);
  }
}

const worksOffline = () => page.locator('#storage', { hasText: /Without a network\s*works/ }).waitFor();
const caches = () => page.evaluate(() => globalThis.caches.keys());
const sha256 = (content) => createHash('sha256').update(content).digest('hex');

const ready = () => page.locator('#engine[data-state="ready"]').waitFor();
const idle = () => page.locator('#ask[aria-disabled="false"]').waitFor();
const text = (selector) => page.locator(selector).innerText();
const status = (expected) => page.locator('#status', { hasText: expected }).waitFor();

const turns = () => page.locator('.turn');
const last = () => turns().last();
const reply = () => last().locator('.reply').innerText();
const state = () => last().getAttribute('data-state');
const inLast = (name, exact = true) => last().getByRole('button', { name, exact });
const lesson = (expected) => last().locator('.lesson', { hasText: expected }).waitFor();

/** Waits for the turn of that place, counted from 0, to end; gives how it did. */
async function ended(at) {
  await page.locator(`.turn:nth-child(${at + 1}):not([data-state="running"])`).waitFor();
  await idle();
  return turns().nth(at).getAttribute('data-state');
}

/** Sends a request, and gives how the turn ended. */
async function send(words) {
  await idle();
  const at = await turns().count();
  await page.locator('#query').fill(words);
  await page.locator('#ask').click();
  return ended(at);
}

/** Sends a request, and waits for no more than that it runs. */
async function begin(words) {
  await idle();
  const at = await turns().count();
  await page.locator('#query').fill(words);
  await page.locator('#ask').click();
  await turns().nth(at).waitFor();
}

async function startOver() {
  await idle();
  if (await page.locator('#new-conversation').isVisible()) await page.locator('#new-conversation').click();
}

/** Clicks an example, which may be folded away. */
async function example(name) {
  await idle();
  if (!(await page.locator('#examples').isVisible())) await page.getByRole('button', { name: 'Examples' }).click();
  const at = await turns().count();
  await page.locator(`[data-example="${name}"]`).click();
  return ended(at);
}

const unfold = (id) => page.locator(`#${id}`).evaluate((details) => (details.open = true));
const openSettings = () => unfold('settings');
const openInside = () => unfold('inside');

/** Says in a form what was right. */
async function correct(tool, fields) {
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

/**
 * Has something done. The mock does it at once; the real agent may ask back or do something else, and is corrected as a
 * person would correct it. `says` is what stands in the turn at the end.
 */
async function order(words, { tool, fields = {}, says }) {
  const end = await send(words);
  const isRight = end === 'acted' && says.test(await reply());
  if (MOCK) assert.ok(isRight, `“${words}” ended as ${end}: ${await reply()}`);
  if (!isRight) {
    await last().getByRole('button', { name: /^(None of these|One does|Wrong\?)$/ }).click();
    await correct(tool, fields);
  }
  assert.match(await reply(), says);
}

/** `whole`: without the bar that sticks to the lower edge, which would stand in the middle of a picture of the whole page. */
async function shoot(name, { fullPage = true, whole = false } = {}) {
  const sticking = (position) => page.locator('.composer').evaluate((element, value) => (element.style.position = value), position);
  if (whole) await sticking('static');
  await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage });
  if (whole) await sticking('');
}

async function learn(way) {
  await openSettings();
  await page.getByLabel('It practises').selectOption(way);
}

/** Sets the threshold. No answer is below 0.01: then nothing is learned, and no other answer is looked for. */
async function learnBelow(value) {
  await learn('below');
  await page.locator('#below').fill(String(value));
  assert.equal(await text('#below-value'), value.toFixed(2));
}

async function remember(mode) {
  await openSettings();
  await page.getByLabel('Between requests it').selectOption(mode);
}

async function setNumbers(numbers) {
  await openSettings();
  if (!(await page.locator('#pairs').isVisible())) await page.getByText('Numbers', { exact: true }).click();
  for (const [id, value] of Object.entries(numbers)) await page.locator(`#${id}`).fill(String(value));
}

/** Lets the agent call these tools, and none of the page. */
async function useTools(tools) {
  await openSettings();
  await page.getByLabel('It may call the tools of this page').uncheck();
  await unfold('menu-details');
  await page.locator('#menu').fill(JSON.stringify(tools));
  await page.locator('#menu-message', { hasText: 'all valid' }).waitFor();
}

/** What axe finds: nothing. */
async function assertAccessible() {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
  assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`), []);
}

/** Requests to learn from: a tiny model may write no example for some. */
const TO_LEARN = [() => example('hotel'), ...[PASTA, 'Add a note saying buy milk', BREAD].map((words) => () => send(words))];

/** Asks in turn until the agent has learned from a request and kept it; gives the one that it was. */
async function learnAndKeep(name) {
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

const row = (name) => page.locator(`[data-adapter="${name}"]`);
const action = (label, name) => page.getByRole('button', { name: `${label} ${name}`, exact: true });
const decide = (button) => page.getByRole('dialog').getByRole('button', { name: button, exact: true }).click();
const things = (list) => page.locator(`#${list} li:not(.empty)`);

async function remove(name) {
  await action('Delete', name).click();
  await decide('Delete');
  await row(name).waitFor({ state: 'detached' });
}

/** The answer as the model wrote it. */
const written = (side) => page.locator(`#answer-${side} pre`).textContent();
const focused = () =>
  page.evaluate(() => {
    const it = document.activeElement;
    return it?.id || it?.getAttribute('data-example') || it?.getAttribute('aria-label') || it?.className || it?.tagName;
  });

/** The last turn lies in the window, above the bar where the user writes. */
async function assertSeen() {
  const { top, bottom, bar } = await page.evaluate(() => {
    const turn = [...document.querySelectorAll('.turn')].at(-1).getBoundingClientRect();
    return { top: turn.top, bottom: turn.bottom, bar: document.getElementById('ask-form').getBoundingClientRect().top };
  });
  assert.ok(top >= 0 && bottom <= bar, `the last turn reaches from ${top} to ${bottom}, the bar begins at ${bar}`);
}

/** Names of the files in a zip, from its directory. */
function zipNames(bytes) {
  const names = [];
  for (let at = bytes.indexOf('PK\x01\x02', 0, 'latin1'); at >= 0; at = bytes.indexOf('PK\x01\x02', at + 46, 'latin1')) {
    names.push(bytes.subarray(at + 46, at + 46 + bytes.readUInt16LE(at + 28)).toString());
  }
  return names;
}

async function assertNoSidewaysScroll() {
  const { scroll, client } = await page.evaluate(() => ({ scroll: document.documentElement.scrollWidth, client: document.documentElement.clientWidth }));
  assert.ok(scroll <= client, `the page is ${scroll} px wide in a window of ${client} px`);
}

/** Two frames: what was changed before has been painted. */
const painted = () => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));

/** Notes how far things move on the page, as the browser judges it. */
function watchShifts(sinceStart) {
  return page.evaluate((buffered) => {
    window.shifts = [];
    const note = (entry) => {
      const moved = entry.sources.map(({ node }) => node?.id || node?.className || node?.nodeName).join(' ');
      window.shifts.push({ value: entry.value, moved });
    };
    new PerformanceObserver((list) => list.getEntries().forEach(note)).observe({ type: 'layout-shift', buffered });
  }, sinceStart);
}

async function assertStill(limit) {
  const shifts = await page.evaluate(() => window.shifts);
  const sum = shifts.reduce((total, { value }) => total + value, 0);
  assert.ok(sum < limit, `layout shift ${sum.toFixed(3)}: ${shifts.map(({ value, moved }) => `${value.toFixed(3)} (${moved})`).join('; ')}`);
}

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

describe('the page', () => {
  beforeEach(() => {
    problems = [];
  });

  afterEach(async () => {
    await context?.close();
    context = undefined;
    assert.deepEqual(problems.filter((problem) => problem !== NO_GPU), [], 'the browser complained');
  });

  it('ships no mock', { skip: MOCK && 'this is the mock build' }, () => {
    const files = readdirSync(DIST, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile() && /\.(js|html)$/.test(entry.name));
    assert.ok(files.length > 0);
    for (const { parentPath, name } of files) {
      assert.ok(!readFileSync(join(parentPath, name), 'utf8').includes(MOCK_MARKER), `${name} holds the mock`);
    }
  });

  it('paints and takes input before the agent is there', async () => {
    let release;
    const held = new Promise((resolve) => {
      release = resolve;
    });
    const hold = async (route) => {
      await held;
      await route.continue();
    };
    context = await browser.newContext({ viewport: DESKTOP });
    context.setDefaultTimeout(TIMEOUT);
    await context.route(/worker.*\.js|\.wasm|\/model\//, hold);
    page = await context.newPage();
    await page.goto(`${origin}/?backend=${BACKEND}`, { waitUntil: 'commit' });
    await page.locator('.chip').first().waitFor();
    await page.locator('#query').fill('Typed while it loads');
    await page.waitForFunction(() => performance.getEntriesByName('first-contentful-paint').length > 0);
    const painted = await page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0].startTime);
    console.log(`MEASURED first contentful paint after ${painted.toFixed(0)} ms, before anything of the agent came`);
    assert.equal(await page.locator('#engine').getAttribute('data-state'), 'loading');
    await page.locator('#import-file').setInputFiles(notZip);
    release();
    if (BACKEND !== 'webgpu') {
      // The import waits for the agent, and its failure does not end it.
      await page.locator('#banner .code').waitFor();
      assert.notEqual(await text('#banner .code'), 'NotReady');
      await ready();
      await page.locator('#ask[aria-disabled="false"]').waitFor();
    }
    assert.equal(await page.locator('#query').inputValue(), 'Typed while it loads');
  });

  it('reports the backend and the model, and nothing moves while it loads', async () => {
    await open();
    await watchShifts(true);
    await ready();
    await assertStill(0.02);
    // A picture of the whole page resizes the window, which can count as a shift.
    await shoot('ready-desktop-light', { fullPage: false });
    await page.getByRole('button', { name: 'Settings' }).click();
    assert.equal(await focused(), 'settings-heading');
    const device = await text('#device');
    assert.match(device, BACKEND === 'webgpu' ? /WebGPU/ : /CPU \(WebAssembly\)/);
    assert.match(device, /Fingerprint\s+\S+/);
    assert.match(device, /Parameters\s+[\d.]+M/);
    assert.match(await text('#adapters'), /Nothing is stored/);
    assert.match(await text('#lessons'), /Nothing yet/);
    await assertAccessible();
    await shoot('settings-desktop-light', { whole: true });
  });

  it('does what is asked, says it in a sentence, and takes it back', async () => {
    await open();
    await ready();
    // The empty conversation shows what can be tried, above the fold.
    await page.locator('[data-example="hotel"]').waitFor();
    await page.locator('#query').focus();
    assert.equal(await send(PASTA), 'acted');
    assert.match(await reply(), /^The agent:\s+Timer set: pasta, 9 minutes\.\s+Undo\s+Wrong\?/);
    assert.match(await last().innerText(), /^You:\s+9 minutes for the pasta/);
    assert.match(await things('timers').innerText(), /pasta\s+(9:00|8:5\d)/);
    assert.equal(await page.locator('#query').inputValue(), '');
    assert.equal(await page.locator('[data-example="hotel"]').isVisible(), false, 'the examples are folded away');
    await assertSeen();
    await assertAccessible();
    await shoot('acted-desktop-light', { fullPage: false });
    await page.getByRole('button', { name: 'Undo: Timer set: pasta, 9 minutes.' }).click();
    await last().getByText('Taken back.').waitFor();
    assert.equal(await things('timers').count(), 0);

    // What is gone already cannot be taken back, and it says so.
    assert.equal(await send(PASTA), 'acted');
    await page.getByRole('button', { name: 'Cancel pasta' }).click();
    await inLast('Undo: Timer set: pasta, 9 minutes.').click();
    await last().getByText('It could not be taken back: the timer is gone already.').waitFor();

    // What comes of it is one click away.
    await inLast('What happened inside').click();
    assert.equal(await focused(), 'inside-heading');
    assert.match(await text('#decision'), /^It does what was asked/);
    assert.match(await text('#decision'), /The calls are right\s+[01]\.\d+\s+Some tool fits\s+[01]\.\d+/);
    assert.match(await text('#answer-base'), /set_timer\(minutes: 9, label: "pasta"\)/);
    assert.equal(await page.locator('.inside-link').count(), 1, 'of the last turn alone');
    await assertAccessible();
  });

  it('asks back for what is missing, learns from the answer, and forgets it again', async () => {
    await open();
    await ready();
    await page.locator('#query').focus();
    assert.equal(await send(BREAD), 'asked');
    assert.match(await reply(), /How many minutes\?/);
    assert.equal(await things('timers').count(), 0, 'a question does nothing');
    // The cursor is where the answer goes, and an empty answer is none.
    const minutes = last().getByLabel('Minutes', { exact: true });
    await minutes.waitFor();
    await page.waitForFunction(() => document.activeElement?.type === 'number');
    await assertSeen();
    await assertAccessible();
    await shoot('asked-desktop-light', { fullPage: false });
    await inLast('Do it').click();
    await last().getByText('Minutes is needed.').waitFor();
    await minutes.fill('25');
    await minutes.press('Enter');
    await lesson('Learned: “set a timer for the bread” means a timer “bread”, 25 minutes.');
    assert.match(await reply(), /Timer set: bread, 25 minutes\./);
    assert.equal(await state(), 'acted');
    assert.match(await things('timers').innerText(), /bread\s+(25:00|24:5\d)/);
    await shoot('lesson-desktop-light', { fullPage: false });

    // At once, and after a reload.
    for (const when of ['at once', 'after a reload']) {
      if (when !== 'at once') {
        await page.reload();
        await ready();
      }
      assert.equal(await send(BREAD), 'acted', when);
      assert.match(await reply(), /Timer (set|changed): bread, 25 minutes\.[^]*As you taught me\./, when);
    }
    await openSettings();
    await page.locator('#lessons', { hasText: '“set a timer for the bread” means a timer “bread”, 25 minutes.' }).waitFor();

    // A wrong lesson goes, with what it did.
    await inLast('Wrong?').click();
    await inLast('Only say that it was wrong').click();
    await lesson('Forgotten: what you taught me for “set a timer for the bread”.');
    assert.match(await reply(), /Taken back\./);
    await page.locator('#lessons', { hasText: 'Nothing yet' }).waitFor();
    await startOver();
    assert.equal(await send(BREAD), 'asked');

    // The answer may stand where requests do.
    const typed = await send('8 minutes');
    if (MOCK) assert.equal(typed, 'acted');
    if (typed === 'acted') {
      await lesson('Learned: “set a timer for the bread” means a timer “bread”, 8 minutes.');
      assert.equal(await turns().first().getByRole('button').count(), 0, 'the question is answered');
      await startOver();
      assert.equal(await send(BREAD), 'acted');
      // And a lesson can be taken back in the settings, or where it was given.
      await page.getByRole('button', { name: 'Forget: set a timer for the bread' }).click();
      await page.locator('#lessons', { hasText: 'Nothing yet' }).waitFor();
      assert.equal(await focused(), 'lessons-heading');
    }
    await startOver();
    assert.equal(await send(BREAD), 'asked');
    await last().getByLabel('Minutes', { exact: true }).fill('5');
    await inLast('Do it').click();
    await lesson('Learned:');
    await idle();
    await inLast('Undo this lesson: set a timer for the bread').click();
    await lesson('Forgotten.');
    await idle();
    await startOver();
    assert.equal(await send(BREAD), 'asked');
  });

  it('takes an answer while it still looks for more to propose', async () => {
    await open();
    await ready();
    const asked = last().locator('.question');
    await begin(BREAD);
    await asked.waitFor();
    assert.equal(await last().locator('.stages').count(), 0, 'that is not practice');
    await last().getByLabel('Minutes', { exact: true }).fill('25');
    await last().getByLabel('Minutes', { exact: true }).press('Enter');
    await lesson('Learned:');
    await idle();
    await inLast('Undo this lesson: set a timer for the bread').click();
    await lesson('Forgotten.');
    await startOver();
    await begin(BREAD);
    await asked.waitFor();
    await page.locator('#query').fill('8 minutes');
    await page.locator('#query').press('Enter');
    const end = await ended(1);
    if (MOCK) assert.equal(end, 'acted');
    assert.equal(await text('#banner'), '');
  });

  it('says what came of practising a lesson', async () => {
    await open();
    await ready();
    assert.equal(await send(BREAD), 'asked');
    await last().getByLabel('Minutes', { exact: true }).fill('25');
    await inLast('Do it').click();
    await lesson('Learned:');
    await last().locator('.later', { hasText: /Practised\.|The practice was not kept/ }).waitFor();
    if (MOCK) {
      assert.match(await last().locator('.later').innerText(), /Practised\./);
      await openInside();
      assert.match(await text('#gate-report'), /Passed/);
      await openSettings();
      await row('memory-set-a-timer-for-the-bread.v1').waitFor();
    }
  });

  it('offers what may be meant, by button and by key', { skip: !MOCK && 'which requests are unclear depends on the model' }, async () => {
    await open();
    await ready();
    const UNCLEAR = 'add buy milk';
    assert.equal(await send(UNCLEAR), 'asked');
    assert.match(await reply(), /Which of these do you mean\?\s+1\s*Add a note \(text: buy milk\)\s+2\s*Add a to-do \(text: buy milk\)\s+None of these\s+Let it practise/);
    await assertAccessible();
    await shoot('choice-desktop-light', { fullPage: false });
    await inLast('Add a to-do (text: buy milk)').click();
    await lesson('Learned: “add buy milk” means a to-do: buy milk.');
    assert.match(await reply(), /To-do added: buy milk\./);
    assert.match(await things('todos').innerText(), /buy milk/);
    assert.equal(await focused(), 'outcome', 'the focus is on what came of it');

    // A digit chooses where nothing is typed.
    assert.equal(await send('add call Nora'), 'asked');
    await page.locator('#query').focus();
    await page.keyboard.press('2');
    assert.equal(await page.locator('#query').inputValue(), '2');
    await page.locator('#query').fill('');
    await last().focus();
    await page.keyboard.press('9');
    assert.equal(await state(), 'asked', 'there is no ninth');
    await page.keyboard.press('1');
    await lesson('Learned: “add call Nora” means a note: call Nora.');
    assert.match(await things('notes').innerText(), /call Nora/);
    // So does one that is sent.
    await idle();
    assert.equal(await send('add buy bread'), 'asked');
    await page.locator('#query').fill('2');
    await page.locator('#query').press('Enter');
    await lesson('Learned: “add buy bread” means a to-do: buy bread.');
    assert.equal(await turns().count(), 3);

    // None of these: a form, without JSON.
    await idle();
    assert.equal(await send('add pay rent'), 'asked');
    await inLast('None of these').click();
    await last().getByLabel('What you wanted').waitFor();
    await assertAccessible();
    await correct('Set a timer', { 'Minutes (needed)': '3', Label: 'rent' });
    assert.match(await reply(), /Timer set: rent, 3 minutes\./);
    await lesson('Learned: “add pay rent” means a timer “rent”, 3 minutes.');
  });

  it('is corrected in a form that is made from the tools', async () => {
    await open();
    await ready();
    assert.equal(await send(PASTA), 'acted');
    await inLast('Wrong?').click();
    const form = last().getByRole('form', { name: 'What was right' });
    const tool = form.getByLabel('What you wanted');
    assert.equal(await tool.evaluate((select) => select.selectedOptions[0].label), 'Set a timer');
    assert.equal(await form.getByLabel('Minutes (needed)').inputValue(), '9');
    assert.equal(await form.getByLabel('Label').inputValue(), 'pasta');
    await assertAccessible();
    await shoot('correction-desktop-light', { fullPage: false });
    await page.keyboard.press('Escape');
    await form.waitFor({ state: 'detached' });
    await inLast('Wrong?').click();

    // A list of choices, a number, what has to be given.
    await tool.selectOption({ label: 'Set the colour theme' });
    await form.getByRole('button', { name: 'That is right' }).click();
    await form.getByText('Theme is needed.').waitFor();
    await tool.selectOption({ label: 'Set a timer' });
    await form.getByLabel('Minutes (needed)').fill('');
    await form.getByRole('button', { name: 'That is right' }).click();
    await form.getByText('Minutes is needed.').waitFor();
    assert.equal(await form.getByLabel('Minutes (needed)').getAttribute('aria-invalid'), 'true');
    // What was done instead is taken back.
    await correct('Add a note', { 'Text (needed)': 'pasta, nine minutes' });
    assert.match(await reply(), /Timer set: pasta, 9 minutes\.\s+Taken back\.\s+Noted: pasta, nine minutes\./);
    assert.equal(await things('timers').count(), 0);
    await lesson('Learned: “9 minutes for the pasta” means a note: pasta, nine minutes.');
    await startOver();
    assert.equal(await send(PASTA), 'acted');
    assert.match(await reply(), /Noted: pasta, nine minutes\.[^]*As you taught me\./);

    // None of the tools, and back to what is right.
    await inLast('Wrong?').click();
    await correct('None of the tools', {});
    await lesson('Learned: “9 minutes for the pasta” is for none of the tools.');
    await startOver();
    assert.equal(await send(PASTA), 'declined');
    assert.match(await reply(), /As you taught me\./);
    await inLast('Wrong?').click();
    await correct('Set a timer', { 'Minutes (needed)': '9', Label: 'pasta' });
    assert.match(await reply(), /Timer set: pasta, 9 minutes\./);
    // The same again is only taught.
    await inLast('Wrong?').click();
    await form.getByRole('button', { name: 'That is right' }).click();
    await lesson('Learned: “9 minutes for the pasta” means a timer “pasta”, 9 minutes.');
    assert.equal(await things('timers').count(), 1);
  });

  it('understands a change of what it did, and knows how far back it remembers', async () => {
    await open();
    await ready();
    assert.equal(await send(PASTA), 'acted');
    const end = await send('make that 12 minutes instead');
    if (MOCK) assert.equal(end, 'acted');
    if (end === 'acted') {
      assert.match(await reply(), /Timer changed: pasta, 12 minutes\./);
      assert.match(await things('timers').innerText(), /pasta\s+(12:00|11:5\d)/);
      assert.equal(await things('timers').count(), 1);
      await inLast('Undo: Timer changed: pasta, 12 minutes.').click();
      assert.match(await things('timers').innerText(), /pasta\s+(9:00|8:\d\d)/);
    }
    // A new conversation knows nothing of it; what was made stays.
    await page.getByRole('button', { name: 'New conversation' }).click();
    assert.equal(await turns().count(), 0);
    assert.equal(await focused(), 'query');
    await page.locator('[data-example="change"]').waitFor();
    assert.equal(await things('timers').count(), 1);
    // An example of two requests.
    if (MOCK) {
      await page.locator('[data-example="change"]').click();
      await ended(1);
      assert.match(await reply(), /Timer changed: tea, 7 minutes\./);
    }
  });

  it('drops the oldest turns of a conversation that is too long', { skip: !MOCK && 'only the mock has so short a memory' }, async () => {
    await open();
    await ready();
    for (const name of ['tea', 'eggs', 'rice']) assert.equal(await send(`5 minutes for the ${name}`), 'acted');
    assert.equal(await send('4 minutes for the mock:long'), 'acted');
    assert.deepEqual(await turns().evaluateAll((all) => all.map(({ dataset }) => dataset.remembered ?? 'true')), ['false', 'false', 'true', 'true']);
    assert.match(await turns().first().innerText(), /No longer remembered/);
    await assertAccessible();
    for (let n = 0; n < 9; n++) assert.equal(await send(`${n + 2} minutes for the tea`), 'acted');
    assert.equal(await page.locator('.turn[data-remembered="false"]').count(), 4, 'eight turns at most');
  });

  it('practises on a click, shows how, and stops when it is told to', async () => {
    await open();
    await ready();
    assert.equal(await send(BREAD), 'asked');
    await setNumbers({ steps: 200 });
    // Numbers are for the next request.
    await startOver();
    assert.equal(await send(BREAD), 'asked');
    await inLast('Let it practise').click();
    await last().locator('.stages li').first().waitFor();
    assert.equal(await focused(), 'small', 'the focus is on what stops it');
    await inLast('Stop practising').click();
    await last().getByText('Stopped. Nothing was learned.').waitFor();
    await idle();
    assert.equal(await state(), 'asked', 'the question stays');
    assert.equal(await text('#banner'), '');
    await setNumbers({ steps: 6 });
    await startOver();
    assert.equal(await send(BREAD), 'asked');
    await watchShifts(false);
    await inLast('Let it practise').click();
    await last().locator('[data-stage="synthesize"]').waitFor();
    await shoot('practice-desktop-light', { fullPage: false });
    await last().getByText(/^It has practised, and found/).waitFor();
    await assertStill(0.1);
    await idle();
    assert.equal(await state(), 'asked');
    assert.equal(await things('timers').count(), 0, 'what practice finds is not executed');
    assert.equal(await inLast('Let it practise').isVisible(), false);
    await openInside();
    assert.equal(await page.locator('#inside').getAttribute('data-state'), 'done');
    assert.ok(Number(await page.locator('#chart').getAttribute('data-points')) >= (MOCK ? 6 : 0));
    if (!MOCK) return;
    await inLast('Set a timer (label: bread, minutes: 2)').click();
    await lesson('Learned: “set a timer for the bread” means a timer “bread”, 2 minutes.');

    // A choice that is made meanwhile ends the practice.
    await remember('reset');
    await startOver();
    assert.equal(await send('add buy milk'), 'asked');
    await inLast('Let it practise').click();
    await last().locator('[data-stage="train"]').waitFor();
    await inLast('Add a note (text: buy milk)').click();
    await lesson('Not learned: by your settings it forgets between requests.');
    assert.match(await reply(), /Noted: buy milk\./);
    await idle();
  });

  it('keeps the settings for the next visit', async () => {
    await open({ query: { backend: '' } });
    await ready();
    await openSettings();
    assert.equal(await page.locator('#learn').inputValue(), 'never');
    assert.equal(await page.locator('#memory').inputValue(), 'keep');
    assert.equal(await page.locator('#adapter').inputValue(), '.own');
    await learnBelow(0.42);
    await remember('session');
    await page.locator('#adapter').selectOption('');
    await page.getByLabel('Check before use').check();
    await setNumbers({ pairs: 3 });
    await useTools([HOTEL]);
    await page.getByLabel('CPU', { exact: true }).check();
    await page.locator('#engine[data-state="loading"]').waitFor();
    await ready();
    await page.reload();
    await ready();
    await openSettings();
    const chosen = async (id) => page.locator(`#${id}`).inputValue();
    assert.deepEqual([await chosen('learn'), await text('#below-value'), await chosen('memory'), await chosen('adapter'), await chosen('pairs')], ['below', '0.42', 'session', '', '3']);
    assert.ok(await page.getByLabel('Check before use').isChecked());
    assert.ok(await page.getByLabel('CPU', { exact: true }).isChecked());
    assert.equal(await page.getByLabel('It may call the tools of this page').isChecked(), false);
    await page.locator('#tools', { hasText: /find_hotel/ }).waitFor();
    assert.equal(await page.locator('#tools li').count(), 1);
    // Nothing else is known to it.
    assert.notEqual(await send('Find a hotel, city: Lisbon, nights: 3, class: luxury'), 'failed');
    assert.deepEqual(await page.locator('.candidates .name').allTextContents().then((names) => names.filter((name) => !['find_hotel', 'no call'].includes(name))), []);
  });

  it('learns when unsure, keeps, finds again after a reload, uses, exports, imports and deletes', async () => {
    await open();
    await ready();
    const again = await learnAndKeep('first');

    const margin = Number(await text('#margin'));
    assert.ok(margin >= 0 && margin <= 1, `margin ${margin}`);
    assert.equal(await text('#meter-badge'), 'Unsure');
    const logs = () => page.locator('.candidates .log').allInnerTexts();
    const baseLogs = await logs();
    assert.ok(baseLogs.every((log) => /\d/.test(log)), `log-probabilities: ${baseLogs}`);
    const shares = await page.locator('.candidates .number:not(.log)').allInnerTexts();
    assert.ok(shares.length >= 2);
    assert.ok((await page.locator('#pairs-list [data-valid]').count()) >= 1, 'no example, valid or rejected');
    const points = Number(await page.locator('#chart').getAttribute('data-points'));
    assert.ok(points >= 1, 'the loss chart has no points');
    assert.equal(await page.locator('#chart canvas').count(), 1);
    const drawn = await page.locator('#chart canvas').evaluate((canvas) => canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.some(Boolean));
    assert.ok(drawn, 'the loss chart is blank');
    assert.match(await text('#train-figures'), /Tokens\/s\s+\d+/);
    for (const side of ['base', 'adapted']) assert.match(await text(`#answer-${side}`), /\S/);
    assert.match(await text('#answer-note'), /own weights are as they were/);
    const stages = await page.locator('#phases [data-state="done"] .label').allInnerTexts();
    assert.deepEqual(stages.filter((stage) => stage !== 'Other tools'), ['Answer', 'Judge', 'Decide', 'Write examples', 'Train', 'Answer again', 'Keep', 'Put weights back', 'Total']);
    const times = await page.locator('#phases [data-state="done"] .time').allInnerTexts();
    assert.ok(times.every((time) => /^\d\.\d\d s$|^\d{2,}\.\d s$/.test(time)), `the agent's own seconds: ${times}`);
    assert.match(await row('first').innerText(), /\d examples?, \d+ steps/);
    await shoot('learned-desktop-light', { whole: true });
    const adapted = await written('adapted');

    await page.reload();
    await ready();
    await openSettings();
    await openInside();
    await row('first').waitFor();
    await action('Use', 'first').click();
    await status('The next request starts from “first”.');
    assert.equal(await page.locator('#adapter').inputValue(), 'first');
    await learnBelow(0.01);
    assert.notEqual(await again(), 'failed');
    assert.equal(await text('#meter-badge'), 'Sure');
    assert.match(await text('#pairs-list'), /None needed/);
    // The stored adapter answers as the one that was trained did, and judges not as the plain model.
    assert.equal(await written('base'), adapted);
    if (!MOCK) assert.notDeepEqual(await logs(), baseLogs);

    const downloading = page.waitForEvent('download');
    await action('Export', 'first').click();
    const download = await downloading;
    assert.equal(download.suggestedFilename(), 'first.zip');
    const zip = join(SCREENSHOTS, 'first.zip');
    await download.saveAs(zip);
    // A PEFT directory, and what the agent noted about it.
    const files = zipNames(readFileSync(zip)).map((name) => name.split('/').at(-1)).filter((name) => name !== 'autodidact.json');
    assert.deepEqual(files.sort(), ['adapter_config.json', 'adapter_model.safetensors']);

    // Names that a browser or a person may give the file.
    const [mimeType, buffer] = ['application/zip', readFileSync(zip)];
    for (const [file, name] of [['first.zip', 'first-2'], ['first (1).zip', 'first-1'], ['my adapter.zip', 'my-adapter']]) {
      await page.locator('#import-file').setInputFiles({ name: file, mimeType, buffer });
      await row(name).waitFor();
    }

    for (const [from, to] of [['my-adapter', 'renamed'], ['renamed', 'my-adapter']]) {
      page.once('dialog', (dialog) => dialog.accept(to));
      await action('Rename', from).click();
      await row(to).waitFor();
      await status(`Renamed “${from}” to “${to}”.`);
      assert.equal(await focused(), `Rename ${to}`);
    }

    // The offered name is free; one that is taken, or none, is not kept without a word.
    const [keep, keepName] = [page.getByLabel('Keep what it learns as'), page.locator('#keep-name')];
    await keep.check();
    await keepName.fill('');
    await keep.uncheck();
    await keep.check();
    assert.equal(await keepName.inputValue(), 'my-adapter-2');
    await learn('always');
    await startOver();
    const ask = async () => {
      await page.locator('#query').fill(PASTA);
      await page.locator('#ask').click();
    };
    await keepName.fill('first');
    await ask();
    await decide('Cancel');
    await status('Nothing was asked');
    assert.equal(await focused(), 'keep-name');
    assert.equal(await page.locator('#query').inputValue(), PASTA, 'the words are not lost');
    await ask();
    await decide('Replace');
    await last().waitFor();
    await page.locator('#stop[aria-disabled="false"]').click();
    assert.equal(await ended(0), 'stopped');
    await row('first').waitFor();
    // From the bare model, as at first: the same is learned again, and takes the place of what was kept.
    await page.locator('#adapter').selectOption('');
    await setNumbers({ steps: 3 });
    for (const [n, words] of [PASTA, BREAD, 'Add a note saying buy milk'].entries()) {
      await page.locator('#query').fill(words);
      await page.locator('#ask').click();
      await decide('Replace');
      await ended(n + 1);
      if ((await text('#answer-note')).includes('Kept as “first”')) break;
    }
    assert.match(await text('#answer-note'), /Kept as “first”/);
    const before = await turns().count();
    for (const wrong of ['', '.dot', 'two words']) {
      await keepName.fill(wrong);
      await ask();
      await status('Correct the marked setting');
      assert.equal(await keepName.getAttribute('aria-invalid'), 'true', wrong);
      assert.equal(await page.locator('#keep-missing').isVisible(), wrong === '');
    }
    assert.equal(await turns().count(), before, 'nothing was asked');
    await keepName.fill('two-words');
    assert.equal(await keepName.getAttribute('aria-invalid'), null);

    // A click that brings the window to the front is not lost.
    await action('Use', 'first-1').hover();
    await page.mouse.down();
    await page.evaluate(() => dispatchEvent(new Event('focus')));
    await page.waitForTimeout(300);
    await page.mouse.up();
    await status('The next request starts from “first-1”.');

    await action('Delete', 'first').click();
    await decide('Cancel');
    assert.equal(await row('first').count(), 1);
    const names = await page.locator('[data-adapter]').evaluateAll((rows) => rows.map((it) => it.dataset.adapter));
    const next = names[names.indexOf('first') + 1];
    await remove('first');
    await status('Deleted “first”.');
    assert.equal(await focused(), next ? `Delete ${next}` : 'adapters-heading');
    // Another tab deletes one first, which this one has not seen.
    const other = await context.newPage();
    await other.goto(page.url());
    await other.locator('#settings').evaluate((details) => (details.open = true));
    await other.getByRole('button', { name: 'Delete first-2' }).click();
    await other.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await other.locator('[data-adapter="first-2"]').waitFor({ state: 'detached' });
    await other.close();
    await page.locator('#delete-all').click();
    await decide('Delete all');
    await status('Deleted all adapters.');
    await page.getByText('Nothing is stored').waitFor();
    assert.equal(await focused(), 'adapters-heading');
    await page.reload();
    await ready();
    await openSettings();
    assert.match(await text('#adapters'), /Nothing is stored/);
  });

  it('mends its answer by what it learned', { skip: MOCK && 'the mock does not learn' }, async () => {
    await open();
    await ready();
    await useTools([HOTEL, FLIGHT, FORECAST]);
    await remember('reset');
    await learn('always');
    await openInside();
    assert.notEqual(await send('How warm is it in Athens?'), 'failed');
    assert.match(await text('#answer-adapted'), /get_weather\(place: "Athens"/);
    assert.match(await text('#meter-badge'), /Unsure/);
    await shoot('mended-desktop-light', { whole: true });
  });

  it('understands requests for its own tools as people word them', { skip: MOCK && 'the mock has no adapter' }, async () => {
    await open();
    await ready();
    await openInside();
    // What the model wrote, whatever is made of it.
    const order = async (words) => {
      await startOver();
      assert.notEqual(await send(words), 'failed');
      return text('#answer-base');
    };
    assert.match(await order('Wake me in 20 minutes'), /set_timer\(minutes: 20/);
    assert.match(await text('#answer-note'), /It began with the adapter for the tools of this page/);
    assert.match(await order('I have to buy stamps'), /add_todo\(text: "buy stamps"\)/);
    assert.match(await order('What do I still have to do?'), /list_todos\(\)/);
    assert.match(await order('How much is 15 percent of 80?'), /calculate\(expression: "15 percent of 80"\)/);
    // It is the page's, not the user's; and only for these tools.
    await openSettings();
    await page.getByText('Nothing is stored').waitFor();
    await page.locator('#adapter').selectOption('');
    assert.doesNotMatch(await order('Wake me in 20 minutes'), /set_timer\(minutes: 20/);
    assert.doesNotMatch(await text('#answer-note'), /It began/);
    await page.locator('#adapter').selectOption('.own');
    await startOver();
    await example('hotel');
    assert.doesNotMatch(await text('#answer-note'), /It began/);
  });

  it('stops a run, and can ask again', async () => {
    await open();
    await ready();
    await learn('always');
    await setNumbers({ pairs: 4, steps: 400 });
    for (const way of ['button', 'Escape']) {
      await begin(PASTA);
      await page.locator('#stop[aria-disabled="false"]').waitFor();
      if (way === 'button') await page.locator('#stop').click();
      else await page.locator('#query').press('Escape');
      assert.equal(await ended((await turns().count()) - 1), 'stopped');
      await status('Stopped.');
      assert.match(await reply(), /Stopped\. Nothing was done\./);
      assert.equal(await things('timers').count(), 0);
      assert.equal(await text('#banner'), '');
    }
    await learn('never');
    assert.equal(await send(PASTA), 'acted');
  });

  it('executes the calls of its own tools, and asks before a download', async () => {
    await open();
    await ready();

    // A timer counts down, outlives a reload, rings, and is dismissed; another is cancelled by the agent.
    assert.equal(await send(PASTA), 'acted');
    assert.match(await things('timers').innerText(), /pasta\s+(9:00|8:5\d)/);
    const left = await text('#timers .left');
    await page.waitForFunction((before) => document.querySelector('#timers .left').textContent !== before, left);
    await page.reload();
    await ready();
    assert.match(await things('timers').innerText(), /pasta\s+8:\d\d/);
    const canceling = { tool: 'Cancel a timer' };
    await order('Cancel the bread timer', { ...canceling, fields: { 'Label (needed)': 'bread' }, says: /That did not work: there is no timer “bread”\./ });
    await order('Cancel the pasta timer', { ...canceling, fields: { 'Label (needed)': 'pasta' }, says: /Timer canceled: pasta\./ });
    assert.equal(await things('timers').count(), 0);
    await page.getByRole('button', { name: 'Undo: Timer canceled: pasta.' }).click();
    assert.match(await things('timers').innerText(), /pasta\s+8:\d\d/);
    const title = await page.title();
    await page.clock.setFixedTime(Date.now() + 9 * 60_000);
    await page.locator('#timer-alert', { hasText: 'Time is up: pasta' }).waitFor({ state: 'attached' });
    assert.equal(await page.title(), 'Time is up: pasta');
    await page.getByRole('button', { name: 'Dismiss pasta' }).click();
    assert.equal(await things('timers').count(), 0);
    assert.equal(await page.title(), title);
    assert.equal(await focused(), 'things-heading');

    await startOver();
    const [note, todo] = ['buy milk', 'water the plants'];
    await order(`Add a note saying ${note}`, { tool: 'Add a note', fields: { 'Text (needed)': note }, says: /Noted: buy milk\./ });
    await order('List the notes', { tool: 'List the notes', says: /Your notes: buy milk\./ });
    await startOver();
    await order(`Add a to-do saying ${todo}`, { tool: 'Add a to-do', fields: { 'Text (needed)': todo }, says: /To-do added: water the plants\./ });
    await order(`Close the to-do saying ${todo}`, { tool: 'Close a to-do', fields: { 'Text (needed)': todo }, says: /Ticked off: water the plants\./ });
    assert.ok(await page.getByLabel(todo, { exact: true }).isChecked());
    await page.getByRole('button', { name: 'Undo: Ticked off: water the plants.' }).click();
    assert.equal(await page.getByLabel(todo, { exact: true }).isChecked(), false);
    await order('List the to-dos', { tool: 'List the to-dos', says: /Still to do: water the plants\./ });
    await startOver();
    await order('How much is 12 * 7 + 5?', { tool: 'Calculate an expression', fields: { 'Expression (needed)': '12 * 7 + 5' }, says: /12 \* 7 \+ 5 = 89/ });
    const units = { 'Value (needed)': '42', 'From (needed)': 'mi', 'To (needed)': 'km' };
    await order('Convert value: 42, from: mi, to: km', { tool: 'Convert a value from one unit to another', fields: units, says: /42 mi = 67\.5924 km/ });

    // A download that nobody has clicked on is asked for first: a no is final, a yes gives the file.
    let downloads = 0;
    page.on('download', () => downloads++);
    const day = new Date(Date.now() + 7 * 24 * 3600 * 1000).toISOString().slice(0, 10);
    const DINNER = `Dinner with Nora on ${day} at 19:30`;
    const dialog = page.getByRole('dialog');
    const event = async (button) => {
      await startOver();
      await begin(DINNER);
      await dialog.getByText(/Add “Dinner with Nora” on .*7:30.*download it/).waitFor();
      if (button === 'Download') await assertAccessible();
      await decide(button);
      await ended(0);
      return reply();
    };
    if (MOCK) {
      assert.match(await event('Cancel'), /You did not allow it, so nothing was done\./);
      assert.equal(await things('events').count(), 0);
    }
    const downloading = page.waitForEvent('download');
    if (MOCK) assert.match(await event('Download'), /Event added: Dinner with Nora, .*7:30/);
    else {
      // What the user has filled in is not asked about again.
      const fields = { 'Title (needed)': 'Dinner with Nora', 'Date (needed)': day, 'Time (needed)': '19:30' };
      await startOver();
      assert.equal(await send(BREAD), 'asked');
      await inLast('None of these').click();
      await correct('Add an event to the calendar', fields);
    }
    const calendar = await downloading;
    assert.equal(downloads, 1);
    assert.equal(calendar.suggestedFilename(), 'event.ics');
    assert.match(readFileSync(await calendar.path(), 'utf8'), /^BEGIN:VCALENDAR\r\n[^]*\r\nDTSTART:\d{8}T193000\r\n[^]*\r\nSUMMARY:Dinner with Nora\r\n[^]*END:VCALENDAR\r\n$/);
    assert.match(await things('events').innerText(), /Dinner with Nora/);
    await page.getByRole('button', { name: /^Undo: Event added/ }).click();
    await last().getByText('delete the event in your calendar too').waitFor();
    assert.equal(await things('events').count(), 0);

    // Of two questions at once the second waits: nobody answers another than the one they read.
    if (MOCK) {
      await startOver();
      await page.locator('#query').fill(DINNER);
      await page.evaluate(() => ['ask', 'clear-all'].forEach((id) => document.getElementById(id).click()));
      await status('Executing add_event');
      assert.match(await dialog.innerText(), /^Delete all adapters.*Clear all$/s);
      await decide('Cancel');
      await dialog.getByText(/download it as a file for your calendar/).waitFor();
      await decide('Cancel');
      await ended(0);
      assert.match(await reply(), /You did not allow it/);
    }

    // The theme holds against the system's, and after a reload.
    const color = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const light = await color();
    await startOver();
    await order('Set the colour theme, theme: dark', { tool: 'Set the colour theme', fields: { 'Theme (needed)': 'dark' }, says: /The colors are dark now\./ });
    const dark = await color();
    assert.notEqual(dark, light);
    await page.getByRole('button', { name: 'Undo: The colors are dark now.' }).click();
    assert.equal(await color(), light);
    await startOver();
    await order('Set the colour theme, theme: dark', { tool: 'Set the colour theme', fields: { 'Theme (needed)': 'dark' }, says: /The colors are dark now\./ });
    await assertAccessible();
    await shoot('tools-desktop-dark', { fullPage: false });
    await page.reload();
    await ready();
    assert.equal(await color(), dark);
    for (const list of ['notes', 'todos']) assert.equal(await things(list).count(), 1, list);
    await page.getByRole('button', { name: 'Delete buy milk' }).click();
    await page.getByText('No notes.').waitFor();

    // What the page cannot do is only shown; a request without a fitting tool does nothing.
    const shown = await example('hotel');
    if (MOCK) assert.equal(shown, 'acted');
    assert.match(await last().innerText(), /Asked with other tools, which this page does not have: find_hotel, weather, book_table\./);
    if (shown === 'acted') {
      assert.match(await reply(), /Would call find_hotel \(city: Lisbon, nights: 3, class: luxury\)\. This page has no such tool, so nothing was done\./);
      assert.equal(await last().getByRole('button', { name: /^Undo/ }).count(), 0);
    }
    await startOver();
    const none = await send('Thank you, that was all for today');
    if (MOCK) assert.equal(none, 'declined');
    if (none === 'declined') {
      assert.match(await reply(), /\S+.*\s+One does/);
      await inLast('One does').click();
      await last().getByLabel('What you wanted').waitFor();
    }
  });

  it('works without a network after the first visit', async () => {
    await open();
    await ready();
    await openSettings();
    await worksOffline();
    await context.setOffline(true);
    assert.equal(await page.evaluate(() => fetch('not-there').then(() => true, () => false)), false, 'there is a network still');
    await page.reload();
    await ready();
    assert.equal(await send(PASTA), 'acted');
    assert.match(await reply(), /Timer set: pasta, 9 minutes\./);
    await shoot('offline-desktop-light', { fullPage: false });
    // What the browser says of the request above, and of looking for a new version.
    problems = problems.filter((problem) => !/not-there|ERR_INTERNET_DISCONNECTED/.test(problem));
  });

  /** The browser takes a moment to strike a closed tab off the list that its service worker sees. */
  async function isAlone() {
    const tabs = (worker) => worker.evaluate(async () => (await self.clients.matchAll()).length);
    for (;;) {
      const counts = await Promise.all(context.serviceWorkers().map(tabs));
      assert.ok(counts.length > 0, 'no service worker');
      if (Math.max(...counts) === 1) return;
      await page.waitForTimeout(50);
    }
  }

  it('changes to a new version at the next load, and fetches only what differs', async () => {
    const dist = mkdtempSync(join(tmpdir(), 'autodidact-page-'));
    cpSync(DIST, dist, { recursive: true });
    const usual = origin;
    const site = await serve(dist);
    try {
      origin = site.origin;
      await open();
      await ready();
      await openSettings();
      await worksOffline();
      const first = await caches();
      assert.equal(first.length, 1, first.join());

      const [index, worker] = ['index.html', 'service-worker.js'].map((name) => join(dist, name));
      const old = readFileSync(index, 'utf8');
      const next = old.replace('<title>', '<title>Second edition: ');
      writeFileSync(index, next);
      const version = first[0].split('-').at(-1);
      const list = readFileSync(worker, 'utf8');
      // A worker that takes its time, as on a busy machine: the page asks the old one again and again meanwhile.
      const [at, late] = ['self.skipWaiting()', 'setTimeout(()=>self.skipWaiting(),500)'];
      assert.ok([version, sha256(old), at].every((part) => list.includes(part)));
      writeFileSync(worker, list.replace(version, '0123456789abcdef').replace(sha256(old), sha256(next)).replace(at, late));

      const asked = [];
      // Before the server writes another address there.
      site.server.httpServer.prependListener('request', ({ url }) => asked.push(url));
      await page.reload();
      assert.doesNotMatch(await page.title(), /Second edition/);
      await until(async () => Boolean((await navigator.serviceWorker.getRegistration())?.waiting));
      assert.deepEqual(asked, ['/service-worker.js', '/'], 'asked of the server');
      // A second tab keeps the old version: both would not fit together.
      const other = await context.newPage();
      await other.goto(page.url());
      await ready();
      await page.reload();
      assert.doesNotMatch(await page.title(), /Second edition/);
      await other.close();
      await ready();
      await isAlone();
      await page.reload();
      await page.waitForFunction(() => document.title.startsWith('Second edition'));
      await ready();
      await until(async () => (await globalThis.caches.keys()).length === 1);
      assert.deepEqual(await caches(), ['autodidact-page-0123456789abcdef']);
      await page.reload();
      assert.match(await page.title(), /Second edition/);
      await ready();
    } finally {
      origin = usual;
      await context?.close();
      await site.server.close();
      rmSync(dist, { recursive: true, force: true });
    }
  });

  it('says what the browser keeps, asks it to keep it, and clears all of it', async () => {
    await open({ query: { store: 'autodidact-test' } });
    await ready();
    await openSettings();
    await worksOffline();
    await learnAndKeep('kept');
    await page.getByLabel('Keep what it learns as').uncheck();
    await remember('keep');
    await useTools([HOTEL]);
    await page.getByLabel('It may call the tools of this page').check();
    await learn('never');
    await startOver();
    assert.equal(await send(BREAD), 'asked');
    await inLast('None of these').click();
    await correct('Add a note', { 'Text (needed)': 'bread' });
    await startOver();
    assert.equal(await send(BREAD), 'acted');
    await inLast('Wrong?').click();
    await correct('Set the colour theme', { 'Theme (needed)': 'dark' });
    await learn('share');
    const storage = () => text('#storage');
    await page.waitForFunction(() => /Adapters\s+[1-9]/.test(document.getElementById('storage').innerText));
    assert.match(await storage(), /Used\s+\d+\.\d MB \(\d+(\.\d+)? % of [\d.]+ [MG]B\)/);
    assert.match(await storage(), /Kept for good\s+no/);
    await page.getByRole('button', { name: 'Keep it for good' }).click();
    await status(/The browser (did not promise it|will not clear it)/);

    const clear = page.getByRole('button', { name: 'Clear all data' });
    await clear.click();
    await decide('Cancel');
    await row('kept').waitFor();
    await clear.click();
    await page.getByRole('dialog').getByText('adapters, lessons, timers, to-dos, notes, events').waitFor();
    await decide('Clear all');
    await status('All data of this page were deleted.');
    await ready();
    await page.getByText('Nothing is stored').waitFor();
    assert.equal(await turns().count(), 0);
    assert.match(await text('#lessons'), /Nothing yet/);
    assert.equal(await text('#notes'), 'No notes.');
    assert.equal(await page.locator('html').getAttribute('data-theme'), 'system');
    assert.equal(await page.locator('#learn').inputValue(), 'never');
    assert.equal(await page.locator('#memory').inputValue(), 'keep');
    assert.equal(await page.locator('#menu').inputValue(), '[]');
    assert.match(await storage(), /Adapters\s+0 B/);
    const left = await page.evaluate(async () => ({
      caches: await globalThis.caches.keys(),
      workers: (await navigator.serviceWorker.getRegistrations()).length,
      local: Object.keys(localStorage),
    }));
    assert.deepEqual(left, { caches: [], workers: 0, local: [] });
    // The database was made anew, and is empty.
    assert.deepEqual(await page.evaluate(() => new Promise((done) => {
      const request = indexedDB.open('autodidact-test');
      request.onsuccess = () => {
        const [database, counts] = [request.result, []];
        for (const name of database.objectStoreNames) {
          database.transaction(name).objectStore(name).count().onsuccess = ({ target }) => {
            counts.push(target.result);
            if (counts.length === database.objectStoreNames.length) (database.close(), done(counts.filter(Boolean)));
          };
        }
      };
    })), []);
    // And it goes on: asks, and at the next visit keeps itself again.
    assert.equal(await send(BREAD), 'asked', 'the lessons are gone');
    await page.reload();
    await ready();
    await openSettings();
    await worksOffline();
  });

  it('checks what it learned before it is used, and finds its threshold', async () => {
    await open();
    await ready();
    await learn('always');
    await page.getByLabel('Check before use').check();
    await openInside();
    for (const again of TO_LEARN) {
      await startOver();
      await again();
      if (await page.locator('#gate-report [data-passed]').count()) break;
    }
    const report = await text('#gate-report');
    assert.match(report, /^Check before use\s+(Passed|Not passed): /);
    assert.match(report, /Held-back example, before\s+(none was valid|[\d.]+ % \(-?[\d.]+ nats\))/);
    assert.match(report, /Sure answers asked again\s+(none yet|\d answers?, \d changed)/);
    const passed = (await page.locator('#gate-report [data-passed]').getAttribute('data-passed')) === 'true';
    assert.equal((await text('#answer-badge')) !== 'First answer stands', passed);
    assert.match(await page.locator('[data-phase="gate"]').innerText(), /^Check\s+[\d.]+ s/);
    await assertAccessible();
    await shoot('gate-desktop-light', { whole: true });
    await page.getByLabel('Check before use').uncheck();
    await remember('reset');
    await startOver();
    await send(PASTA);
    assert.equal(await page.locator('#gate-report > *').count(), 0);

    await learn('share');
    assert.ok(await page.locator('#below').isHidden());
    const share = page.getByLabel('Share to learn from');
    await share.fill('101');
    await page.locator('#query').fill(PASTA);
    await page.locator('#ask').click();
    await status('Correct the marked setting');
    assert.equal(await focused(), 'share');
    assert.match(await text('#share-message'), /a whole number from 0 to 100/);
    await share.fill('0');
    assert.equal(await text('#share-message'), '');
    // Of a share of nothing it learns from nothing, once it has seen eight requests.
    for (let n = 0; n < 9; n++) {
      await startOver();
      await send(PASTA);
    }
    if (!MOCK) assert.equal(await text('#meter-badge'), 'Sure');
    // What is hidden is not in the way.
    await share.fill('101');
    await learn('never');
    assert.equal(await send(PASTA), 'acted');
    assert.ok(await share.isHidden());
  });

  it('practises always, never, or below a threshold, as it is told', async () => {
    await open();
    await ready();
    await remember('reset');
    await openInside();
    // No answer is so sure.
    await learnBelow(1);
    assert.equal(await send(BREAD), 'asked');
    assert.match(await text('#meter .verdict'), /is below the threshold 1\.00\.$/);
    assert.equal(await page.locator('#meter .mark').count(), 1);
    await last().getByText('It has practised.').waitFor();
    if (MOCK) assert.notEqual(await page.locator('#chart').getAttribute('data-points'), '0');

    await learn('never');
    await startOver();
    assert.equal(await send(BREAD), 'asked');
    if (MOCK) assert.equal(await text('#meter-badge'), 'Unsure', 'it says so still');
    assert.match(await text('#pairs-list'), /None: it did not practise/);
    assert.equal(await page.locator('#chart').getAttribute('data-points'), '0');

    await learn('always');
    await startOver();
    assert.equal(await send(PASTA), 'acted');
    assert.match(await text('#meter .verdict'), /: it practises for every request\.$/);
    assert.equal(await page.locator('#meter .mark').count(), 0);
    await assertAccessible();
    await shoot('always-desktop-light', { whole: true });
  });

  it('is taught by its user, remembers after a reload, and forgets what it is told to', async () => {
    await open();
    await ready();
    await useTools([HOTEL, FORECAST]);
    const PORTO = 'A cheap bed in Porto, just two nights';
    const wrong = () => last().getByRole('button', { name: /^(None of these|One does|Wrong\?)$/ }).click();
    await remember('reset');
    await send(PORTO);
    await wrong();
    await correct('Find a hotel', { 'City (needed)': 'Porto', 'Nights (needed)': '2', 'Class (needed)': 'economy' });
    await lesson('Not learned: by your settings it forgets between requests.');
    await remember('keep');
    assert.ok(await page.getByLabel('Keep what it learns as').isDisabled());
    await startOver();
    await send(PORTO);
    await wrong();

    // What does not fit the tool is refused at its field.
    const form = last().getByRole('form', { name: 'What was right' });
    await form.getByLabel('What you wanted').selectOption({ label: 'Find a hotel' });
    const teach = () => form.getByRole('button', { name: 'That is right' }).click();
    await form.getByLabel('City (needed)').fill(' ');
    await teach();
    await form.getByText('City is needed.').waitFor();
    await form.getByLabel('City (needed)').fill('Porto');
    await form.getByLabel('Nights (needed)').fill('1.5');
    await teach();
    await form.getByText('A whole number.').waitFor();
    await assertAccessible();
    await shoot('feedback-desktop-light', { fullPage: false });
    await correct('Find a hotel', { 'Nights (needed)': '2', 'Class (needed)': 'economy' });
    const MEANS = '“A cheap bed in Porto, just two nights” means find_hotel (city: Porto, nights: 2, class: economy).';
    await lesson(`Learned: ${MEANS}`);
    await last().locator('.later', { hasText: /Practised\.|The practice was not kept/ }).waitFor();
    const isKept = /Practised/.test(await last().locator('.later').innerText());
    if (MOCK) assert.ok(isKept);

    await page.reload();
    await ready();
    assert.equal(await send(PORTO), 'acted');
    assert.match(await reply(), /Would call find_hotel \(city: Porto, nights: 2, class: economy\)\.[^]*As you taught me\./);
    await openSettings();
    await page.locator('#lessons', { hasText: MEANS }).waitFor();
    if (isKept) {
      // The adapter that was trained on it goes by itself; the lesson holds.
      await page.locator('#adapters').getByText(/^\d+ examples?, \d+ steps$/).click();
      await page.locator('#adapters').getByText(`${PORTO} (yours)`).waitFor();
      await page.getByRole('button', { name: /^Delete the lesson/ }).click();
      await decide('Delete');
      await status('Deleted the lesson');
      await page.getByText('Nothing is stored').waitFor();
    }
    await page.getByRole('button', { name: `Forget: ${PORTO}` }).click();
    await page.locator('#lessons', { hasText: 'Nothing yet' }).waitFor();
    await startOver();
    await send(PORTO);
    assert.doesNotMatch(await reply(), /As you taught me/);
  });

  it('shows its examples first, and learns only from those that are left', { skip: MOCK && 'the mock writes none alone' }, async () => {
    await open();
    await ready();
    await learn('always');
    await remember('reset');
    await useTools([HOTEL, FLIGHT, FORECAST]);
    await page.getByLabel('Show me its examples first').check();
    const accept = page.getByRole('button', { name: 'Learn from these' });
    const review = async () => {
      await startOver();
      await begin('Find a hotel, city: Lisbon, nights: 3, class: luxury');
      await status('Look at the examples');
      assert.equal(await focused(), 'pairs-heading');
    };
    const shown = page.locator('#pairs-list [data-valid="true"]');

    await review();
    assert.match(await text('#pairs-count'), /^\d to learn from/);
    assert.match(await text('#meter-badge'), /unsure/i);
    assert.equal(await page.locator('[data-phase="synthesize"]').getAttribute('data-state'), 'done');
    await assertAccessible();
    await shoot('review-desktop-light', { fullPage: false });
    for (let left = await shown.count(); left > 0; left--) await page.getByRole('button', { name: /^Delete the example/ }).first().click();
    assert.ok(await accept.isDisabled());
    await page.getByRole('button', { name: 'Learn nothing' }).click();
    await ended(0);
    assert.match(await text('#answer-note'), /None of the examples was accepted/);
    assert.equal(await page.locator('[data-phase="train"][data-state="done"]').count(), 0);

    await review();
    await accept.click();
    await ended(0);
    assert.equal(await accept.isVisible(), false);
    assert.deepEqual(await page.locator('#pairs-list [data-valid="true"] .reason').allInnerTexts(), ['Used for training']);

    // Who stops has decided too.
    await review();
    await page.locator('#stop').click();
    await ended(0);
    assert.equal(await accept.isVisible(), false);
  });

  it('loads a model from a folder, after it said what that takes', async () => {
    await open();
    await ready();
    await openSettings();
    await page.getByLabel('From a folder').check();
    const load = page.getByRole('button', { name: 'Load this model' });
    const message = page.locator('#model-message.bad');
    const wrong = mkdtempSync(join(tmpdir(), 'autodidact-model-'));
    try {
      writeFileSync(join(wrong, 'config.json'), '{}');
      await page.locator('#model-folder').setInputFiles(wrong);
      await message.filter({ hasText: 'The folder has no tokenizer.json' }).waitFor();
      assert.ok(await load.isDisabled());
    } finally {
      rmSync(wrong, { recursive: true });
    }
    await page.locator('#model-folder').setInputFiles(MODEL);
    await page.locator('#model-facts', { hasText: 'Memory' }).waitFor();
    assert.match(await text('#model-facts'), /Name\s+model\s/);
    assert.match(await text('#model-facts'), modelFacts());
    assert.equal(await text('#model-message'), '');
    assert.equal(await page.locator('#engine').getAttribute('data-state'), 'ready');
    await assertAccessible();
    await shoot('model-desktop-light', { whole: true });
    await load.click();
    await status('Ready.');
    await idle();
    // The page's own adapter is for the built-in model.
    await openInside();
    assert.notEqual(await send('Set the timer, minutes: 9, label: pasta'), 'failed');
    assert.doesNotMatch(await text('#answer-note'), /It began/);
    assert.match(await text('#answer-base'), /set_timer/);
    // It is not found again by itself.
    await page.reload();
    await ready();
    await openSettings();
    assert.ok(await page.getByLabel('Built in').isChecked());
  });

  it('loads a model of Hugging Face, and asks there only when it is told to', async () => {
    hub.log.length = 0;
    await open({ query: { hub: '/hub' } });
    await ready();
    await openSettings();
    await page.getByLabel('Hugging Face', { exact: true }).check();
    const [id, load] = [page.getByLabel('Id of the model'), page.getByRole('button', { name: 'Load this model' })];
    assert.equal(await text('#hub-host'), new URL(origin).host);
    await id.fill('test/none');
    assert.deepEqual(hub.log, []);
    await page.getByRole('button', { name: 'Look it up' }).click();
    await page.locator('#model-message.bad').waitFor();
    assert.match(await text('#model-message'), /404/);
    assert.ok(await load.isDisabled());
    await id.fill(ID);
    await id.press('Enter');
    await page.locator('#model-facts', { hasText: 'Memory' }).waitFor();
    assert.match(await text('#model-facts'), /Name\s+test\/seed\s/);
    assert.match(await text('#model-facts'), modelFacts());
    assert.ok(hub.log.every(({ path }) => !path.endsWith(WEIGHTS)), 'the weights came before they were asked for');
    await load.click();
    // The status may still be that of the agent before.
    await page.locator('#device', { hasText: 'test/seed' }).waitFor({ state: 'attached' });
    await status('Ready.');
    if (!MOCK) {
      assert.equal(hub.asked().length, 1);
      assert.match(await text('#device'), /Model\s+test\/seed/);
    }
    await idle();
    assert.notEqual(await send(PASTA), 'failed');
    // It is chosen still at the next visit, and then it is asked for.
    await page.reload();
    await ready();
    await openSettings();
    assert.ok(await page.getByLabel('Hugging Face', { exact: true }).isChecked());
    assert.equal(await id.inputValue(), ID);
    assert.match(await text('#device'), /Model\s+test\/seed/);
    await page.getByLabel('Built in').check();
    await load.click();
    await page.locator('#device', { hasNotText: 'test/seed' }).filter({ hasText: 'seed' }).waitFor({ state: 'attached' });
    await status('Ready.');
    await page.reload();
    await ready();
    await openSettings();
    assert.ok(await page.getByLabel('Built in').isChecked());
    problems = problems.filter((problem) => !/status of 404|^status 404: .*\/hub\/api\//.test(problem));
  });

  it('says at the tool what is wrong with it, and does not ask with it', async () => {
    await open();
    await ready();
    await openSettings();
    const own = await page.locator('#tools li').count();
    await unfold('menu-details');
    const menu = page.locator('#menu');
    await menu.fill('[{"name": "broken"');
    await page.locator('#menu-message.bad', { hasText: /^Your tools are not JSON: / }).waitFor();
    assert.equal(await menu.getAttribute('aria-invalid'), 'true');
    for (const [wrong, where, why] of [
      [{ name: 'set_timer' }, 'set_timer', /This page has a tool of that name/], [{ description: 'no name' }, 'your tool 2', /`name` is absent/],
      [{ name: 'list', parameters: [] }, 'list', /no JSON Schema object/],
    ]) {
      await menu.fill(JSON.stringify([HOTEL, wrong]));
      await page.locator('#tools [data-wrong]', { hasText: where }).filter({ hasText: why }).waitFor();
      assert.match(await text('#menu-message'), /^Your tools: 1 tool of 2 cannot be used/);
    }
    await page.locator('#query').fill(PASTA);
    await page.locator('#ask').click();
    await status('Your tools are not valid');
    assert.equal(await focused(), 'menu');
    assert.equal(await turns().count(), 0);
    await assertAccessible();
    await shoot('invalid-menu-desktop-light', { fullPage: false });
    await menu.fill(JSON.stringify([HOTEL]));
    await page.locator('#menu-message:not(.bad)', { hasText: 'Your tools: 1 tool, all valid.' }).waitFor();
    assert.equal(await page.locator('#tools li').count(), own + 1);
    assert.notEqual(await send(PASTA), 'failed');
  });

  it('says which number is out of its range, and does not ask with it', async () => {
    await open();
    await ready();
    await setNumbers({ pairs: 65, seed: 4294967296 });
    for (const way of ['button', 'keys']) {
      await page.getByText('Numbers', { exact: true }).click();
      assert.equal(await page.locator('#pairs').isVisible(), false);
      await page.locator('#query').fill(PASTA);
      if (way === 'button') await page.locator('#ask').click();
      else await page.locator('#query').press('Enter');
      await status('Correct the marked setting');
      assert.equal(await focused(), 'pairs', way);
      assert.match(await text('#numbers-message'), /Examples: a whole number from 1 to 64\. Seed: .* 4,294,967,295\./);
    }
    await shoot('invalid-number-desktop-light', { fullPage: false });
    assert.equal(await turns().count(), 0);
    await page.locator('#pairs').fill('64');
    await page.locator('#seed').fill('4294967295');
    assert.equal(await page.locator('[aria-invalid]').count(), 0);
    assert.equal(await text('#numbers-message'), '');
    assert.equal(await send(PASTA), 'acted');
  });

  it('needs no mouse', async () => {
    await open();
    await ready();
    const tabTo = async (id) => {
      for (let n = 0; n < 60; n++) {
        await page.keyboard.press('Tab');
        const outline = await page.evaluate(() => {
          const element = document.activeElement;
          const shown = [element, element.nextElementSibling].filter(Boolean).map((it) => getComputedStyle(it));
          const inside = element.closest('.row-actions')?.querySelector('.button');
          if (inside) shown.push(getComputedStyle(inside));
          return shown.some((style) => style.outlineStyle !== 'none' && style.outlineWidth !== '0px');
        });
        assert.ok(outline || (await focused()) === 'BODY', `no visible focus on ${await focused()}`);
        if ((await focused()) === id) return;
      }
      assert.fail(`Tab does not reach ${id}`);
    };
    const press = async (key) => {
      const at = await turns().count();
      await page.keyboard.press(key);
      return ended(at);
    };
    await tabTo('timer');
    assert.equal(await press('Enter'), 'acted');
    assert.match(await reply(), /Timer set: pasta, 9 minutes\./);
    await tabTo('query');
    await page.keyboard.type('7 minutes for the eggs');
    await page.keyboard.press('Shift+Enter');
    assert.equal(await page.locator('#query').inputValue(), '7 minutes for the eggs\n');
    await page.keyboard.press('Backspace');
    await tabTo('ask');
    await press('Space');
    assert.equal(await focused(), 'ask', 'asking takes the focus away');
    await tabTo('new-conversation');
    await page.keyboard.press('Enter');
    assert.equal(await focused(), 'query');
    await page.keyboard.type(BREAD);
    assert.equal(await press('Enter'), 'asked');
    await page.waitForFunction(() => document.activeElement?.type === 'number');
    await page.keyboard.type('4');
    await page.keyboard.press('Enter');
    await lesson('Learned:');
    await idle();
    assert.equal(await focused(), 'outcome');
    await tabTo('settings-heading');
    await page.keyboard.press('Enter');
    await tabTo('learn');
    await page.keyboard.press('ArrowDown');
    await tabTo('below');
    await page.keyboard.press('Home');
    assert.equal(await text('#below-value'), '0.01');
  });

  it('fits narrow and wide windows, in light and dark', async () => {
    const phone = { viewport: PHONE, isMobile: true, hasTouch: true, deviceScaleFactor: 2 };
    for (const [size, options] of Object.entries({ desktop: { viewport: DESKTOP }, phone })) {
      await context?.close();
      await open(options);
      await ready();
      for (const colorScheme of ['light', 'dark']) {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        await shoot(`${size}-${colorScheme}-empty`, { fullPage: false });
      }
      // The examples, and where the user writes, are above the fold.
      const fold = (selector) => page.locator(selector).evaluate((element) => element.getBoundingClientRect().bottom <= innerHeight);
      for (const part of ['.lead', '.chips', '#query']) assert.ok(await fold(part), `${part} lies below the fold`);
      for (const words of [PASTA, 'Add a note saying buy milk', BREAD]) {
        await send(words);
        await assertSeen();
      }
      if (size === 'phone') {
        assert.match(await text('#things-summary'), /^1 timer \(\d+:\d\d\)/);
        assert.equal(await page.locator('#timers').isVisible(), false);
        await page.getByRole('button', { name: 'Show', exact: true }).click();
        assert.match(await text('#timers'), /pasta/);
        await shoot('phone-things-dark', { fullPage: false });
        await page.getByRole('button', { name: 'Hide', exact: true }).click();
      }
      for (const colorScheme of ['light', 'dark']) {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        await painted();
        await shoot(`${size}-${colorScheme}-fold`, { fullPage: false });
        await assertNoSidewaysScroll();
        await assertAccessible();
      }
      await last().getByLabel('Minutes', { exact: true }).fill('25');
      await inLast('Do it').click();
      await lesson('Learned:');
      await idle();
      await assertSeen();
      await send('How much is 12 * 7 + 5?');
      await last().getByRole('button', { name: /^(None of these|One does|Wrong\?)$/ }).click();
      await openInside();
      await openSettings();
      for (const colorScheme of ['light', 'dark']) {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        await painted();
        await shoot(`${size}-${colorScheme}`, { whole: true });
        await assertNoSidewaysScroll();
        await assertAccessible();
      }
    }
    await page.setViewportSize(NARROWEST);
    await assertNoSidewaysScroll();
    await page.getByText('Numbers', { exact: true }).click();
    await unfold('menu-details');
    await assertNoSidewaysScroll();
    await shoot('narrowest-dark', { whole: true });
  });

  it('shows what it does while it does it', async () => {
    await open();
    await ready();
    await learn('always');
    await setNumbers({ steps: 16 });
    await page.evaluate(() => (document.getElementById('settings').open = false));
    await openInside();
    await painted();
    await watchShifts(false);
    await begin(BREAD);
    await page.locator('#inside[data-state="running"]').waitFor({ state: 'attached' });
    await last().locator('.stages').waitFor();
    // A picture of the whole page resizes the window, which can count as a shift.
    await shoot('running-desktop-light', { fullPage: false });
    assert.equal(await ended(0), 'asked');
    await assertStill(0.1);
  });

  it('shows errors with a code and a remedy', async () => {
    await open();
    await ready();
    await page.locator('#import-file').setInputFiles(notZip);
    await page.locator('#banner .code').waitFor();
    assert.match(await text('#banner .code'), /^[A-Z][A-Za-z]+$/);
    assert.match(await text('#banner .remedy'), /\S/);
    await shoot('error-desktop-light', { fullPage: false });
    await page.setViewportSize(PHONE);
    await shoot('error-phone-light', { fullPage: false });
    await page.locator('#banner').getByRole('button', { name: 'Close' }).click();
    assert.equal(await text('#banner'), '');
  });

  it('says when there is no WebGPU, and starts on the CPU instead', { skip: BACKEND === 'webgpu' && 'this browser has WebGPU' }, async () => {
    await open({ query: { backend: 'webgpu' } });
    await page.locator('#engine[data-state="failed"]').waitFor();
    assert.equal(await text('#banner .code'), 'WebGPUNotAvailable');
    assert.match(await text('#banner .remedy'), /CPU/);
    // Nothing can be imported now; it says why, and offers the same ways on.
    await page.locator('#banner').getByRole('button', { name: 'Close' }).click();
    await page.locator('#import-file').setInputFiles(notZip);
    await page.locator('#banner .code', { hasText: 'WebGPUNotAvailable' }).waitFor();
    await page.getByRole('button', { name: 'Use the CPU' }).click();
    await ready();
    assert.equal(await text('#banner'), '');
    await openSettings();
    assert.ok(await page.getByLabel('CPU', { exact: true }).isChecked());
    await page.getByLabel('Automatic').check();
    await page.locator('#engine[data-state="loading"]').waitFor();
    await ready();
  });

  it('is kept from other origins by the browser', async () => {
    await open();
    await ready();
    const elsewhere = `${origin.replace('127.0.0.1', 'localhost')}/icon.svg`;
    const reached = await page.evaluate((url) => fetch(url, { mode: 'no-cors' }).then(() => true, () => false), elsewhere);
    assert.equal(reached, false);
    problems = problems.filter((problem) => !problem.includes(elsewhere));
  });

  it('starts again after a crash', { skip: !MOCK && 'only the mock can crash on demand' }, async () => {
    await open();
    await ready();
    await begin('mock:crash');
    await page.locator('#banner .code', { hasText: 'AgentCrashed' }).waitFor();
    assert.equal(await page.locator('#engine').getAttribute('data-state'), 'failed');
    assert.equal(await page.locator('#ask').getAttribute('aria-disabled'), 'true');
    await page.getByRole('button', { name: 'Start again' }).click();
    await ready();
    assert.equal(await send(PASTA), 'acted');
  });
});
