/**
 * The real page in a real browser, from the built files.
 *
 *   npm run build && npm run test:e2e      the shipped page with the wasm agent
 *   npm run test:e2e:mock                  the same page with the mock agent
 *
 * Environment: CHROMIUM (the browser's path), BACKEND (cpu, or webgpu on a software adapter), SCREENSHOTS (a folder),
 * TIMEOUT_MS (how long any single wait may last), MOCK=1.
 */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { preview } from 'vite';

const MOCK = process.env.MOCK === '1';
const BACKEND = process.env.BACKEND ?? 'cpu';
const TIMEOUT = Number(process.env.TIMEOUT_MS ?? (MOCK ? 30_000 : 300_000));
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const DIST = join(ROOT, MOCK ? 'dist-mock' : 'dist');
const CONFIG = join(ROOT, MOCK ? 'test/mock/vite.config.ts' : 'vite.config.ts');
const SCREENSHOTS = process.env.SCREENSHOTS ?? join(ROOT, 'test-results');

const FLAGS = [
  '--headless=new', '--no-sandbox', '--disable-dev-shm-usage', '--disable-background-networking', '--disable-component-update',
  '--disable-sync', '--no-first-run', '--disable-quic',
];
const GPU_FLAGS = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'];

const DESKTOP = { width: 1280, height: 900 };
const PHONE = { width: 390, height: 844 };
const NARROWEST = { width: 360, height: 740 };
const EXAMPLES = ['hotel', 'timer', 'units', 'message', 'table'];

/** What Chromium itself prints when a page asks for WebGPU and the machine has none: not a fault of the page. */
const NO_GPU = 'console warning: No available adapters.';

/** Text of the mock that must not stand in the shipped files. */
const MOCK_MARKER = 'autodidact-mock-agent';

let server;
let browser;
let origin;
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
  page.on('requestfailed', (request) => problems.push(`request failed: ${request.url()} ${request.failure()?.errorText}`));
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

const ready = () => page.locator('#engine[data-state="ready"]').waitFor();
const runState = (...states) => page.locator(states.map((state) => `#results[data-state="${state}"]`).join(',')).waitFor();
const phase = (name) => page.locator(`[data-phase="${name}"][data-state="running"]`);
const text = (selector) => page.locator(selector).innerText();
const status = (expected) => page.locator('#status', { hasText: expected }).waitFor();

/** `whole`: without the bar that floats on phones, which would stand in the middle of a picture of the whole page. */
async function shoot(name, { fullPage = true, whole = false } = {}) {
  const floating = (position) => page.locator('.actions').evaluate((element, value) => (element.style.position = value), position);
  if (whole) await floating('static');
  await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage });
  if (whole) await floating('');
}

async function setThreshold(value) {
  await page.locator('#threshold').fill(String(value));
  assert.equal(await text('#threshold-value'), value.toFixed(2));
}

async function setNumbers(numbers) {
  await page.getByText('More settings').click();
  for (const [id, value] of Object.entries(numbers)) await page.locator(`#${id}`).fill(String(value));
}

/** Forgets how the last run ended, so that the next one can be waited for. */
const forget = () => page.locator('#results').evaluate((element) => element.removeAttribute('data-state'));

async function ask() {
  await forget();
  await page.locator('#ask[aria-disabled="false"]').click();
  await runState('done', 'stopped');
}

/** Asks the examples in turn until the agent has learned from one and kept it: a tiny model may fail on some. */
async function learnAndKeep(name) {
  await setThreshold(1.01);
  await page.getByLabel('Keep what it learns as').check();
  await page.locator('#keep-name').fill(name);
  for (const example of EXAMPLES) {
    await page.locator(`[data-example="${example}"]`).click();
    await ask();
    assert.equal(await page.locator('#results').getAttribute('data-state'), 'done');
    if ((await row(name).count()) > 0) return;
  }
  assert.fail(`none of the examples led to a kept adapter; the last said: ${await text('#answer-note')}`);
}

const row = (name) => page.locator(`[data-adapter="${name}"]`);
const action = (label, name) => page.getByRole('button', { name: `${label} ${name}`, exact: true });

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
  const port = await freePort();
  server = await preview({ root: ROOT, configFile: CONFIG, preview: { host: '127.0.0.1', port, strictPort: true }, build: { outDir: DIST }, logLevel: 'warn' });
  origin = `http://127.0.0.1:${port}`;
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: BACKEND === 'webgpu' ? [...FLAGS, ...GPU_FLAGS] : FLAGS,
    timeout: TIMEOUT,
  });
});

after(async () => {
  await browser?.close();
  await server?.close();
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
    await page.locator('#tools li').first().waitFor();
    await page.locator('#query').fill('Typed while it loads');
    await page.waitForFunction(() => performance.getEntriesByName('first-contentful-paint').length > 0);
    assert.equal(await page.locator('#engine').getAttribute('data-state'), 'loading');
    release();
    if (BACKEND !== 'webgpu') await ready();
    assert.equal(await page.locator('#query').inputValue(), 'Typed while it loads');
  });

  it('reports the backend and the model, and nothing moves while it loads', async () => {
    await open();
    await watchShifts(true);
    await ready();
    await shoot('ready-desktop-light');
    const device = await text('#device');
    assert.match(device, BACKEND === 'webgpu' ? /WebGPU/ : /CPU \(WebAssembly\)/);
    assert.match(device, /Fingerprint\s+\S+/);
    assert.match(device, /Parameters\s+[\d.]+M/);
    assert.match(await text('#adapters'), /Nothing is stored/);
    await assertStill(0.02);
  });

  it('learns when unsure, keeps, finds again after a reload, uses, exports, imports and deletes', async () => {
    await open();
    await ready();
    await learnAndKeep('first');

    const margin = Number(await text('#margin'));
    assert.ok(margin >= 0 && margin <= 1, `margin ${margin}`);
    assert.equal(await text('#meter-badge'), 'Unsure');
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
    assert.match(await text('#answer-badge'), /^(Answer changed|Same answer)$/);
    assert.match(await text('#answer-note'), /own weights are as they were/);
    assert.ok((await page.locator('#timing div').count()) >= 3);
    assert.match(await row('first').innerText(), /examples/);
    await shoot('learned-desktop-light');

    await page.reload();
    await ready();
    await row('first').waitFor();
    await action('Use', 'first').click();
    await status('The next question starts from “first”.');
    assert.equal(await page.locator('#adapter').inputValue(), 'first');
    await setThreshold(0);
    await ask();
    assert.equal(await page.locator('#results').getAttribute('data-state'), 'done');
    assert.equal(await text('#meter-badge'), 'Sure');
    assert.match(await text('#pairs-list'), /None needed/);

    const downloading = page.waitForEvent('download');
    await action('Export', 'first').click();
    const download = await downloading;
    assert.equal(download.suggestedFilename(), 'first.zip');
    const zip = join(SCREENSHOTS, 'first.zip');
    await download.saveAs(zip);
    // A PEFT directory, and what the agent noted about it.
    const files = zipNames(readFileSync(zip)).map((name) => name.split('/').at(-1)).filter((name) => name !== 'autodidact.json');
    assert.deepEqual(files.sort(), ['adapter_config.json', 'adapter_model.safetensors']);

    await page.locator('#import-file').setInputFiles(zip);
    await row('first-2').waitFor();

    await action('Delete', 'first').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    assert.equal(await row('first').count(), 1);
    await action('Delete', 'first').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await row('first').waitFor({ state: 'detached' });
    await page.locator('#delete-all').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete all' }).click();
    await page.getByText('Nothing is stored').waitFor();
    await page.reload();
    await ready();
    assert.match(await text('#adapters'), /Nothing is stored/);
  });

  it('stops a run, and can ask again', async () => {
    await open();
    await ready();
    await setThreshold(1.01);
    await setNumbers({ pairs: 4, steps: 400 });
    await page.locator('#ask').click();
    await phase('score').or(phase('answer')).or(phase('synthesize')).or(phase('train')).first().waitFor();
    await page.locator('#stop[aria-disabled="false"]').click();
    await runState('stopped');
    await status('Stopped.');
    assert.equal(await text('#banner'), '');
    await setThreshold(0);
    await ask();
    assert.equal(await page.locator('#results').getAttribute('data-state'), 'done');
    assert.match(await text('#answer-base'), /\S/);
  });

  it('says what is wrong with a menu, and does not ask with it', async () => {
    await open();
    await ready();
    await page.getByText('Edit the tools as JSON').click();
    const menu = page.locator('#menu');
    const good = await menu.inputValue();
    await menu.fill('[{"name": "broken"');
    await page.locator('#menu-message.bad').waitFor();
    assert.equal(await menu.getAttribute('aria-invalid'), 'true');
    const message = await text('#menu-message');
    assert.match(message, /\S/);
    await page.locator('#ask').click();
    await status('The tool menu is not valid');
    assert.equal(await page.locator('#results').getAttribute('data-state'), null);
    await shoot('invalid-menu-desktop-light');
    await menu.fill(good);
    await page.locator('#menu-message:not(.bad)').waitFor();
    assert.equal(await page.locator('#tools li').count(), JSON.parse(good).length);
  });

  it('needs no mouse', async () => {
    await open();
    await ready();
    const focused = () => page.evaluate(() => document.activeElement?.id || document.activeElement?.getAttribute('data-example') || document.activeElement?.tagName);
    const tabTo = async (id) => {
      for (let n = 0; n < 40; n++) {
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
    await tabTo('query');
    await page.keyboard.press('Control+A');
    await page.keyboard.type('Set a timer for 20 minutes for the bread');
    await tabTo('timer');
    await page.keyboard.press('Enter');
    assert.match(await page.locator('#query').inputValue(), /timer, minutes: 9/);
    await tabTo('threshold');
    await page.keyboard.press('Home');
    assert.equal(await text('#threshold-value'), '0.00');
    await tabTo('ask');
    await page.keyboard.press('Enter');
    await runState('done');
    assert.equal(await focused(), 'ask', 'asking takes the focus away');
    await tabTo('stop');
    await page.keyboard.press('Shift+Tab');
    await forget();
    await page.keyboard.press('Space');
    await runState('done');
    await forget();
    await page.locator('#query').focus();
    await page.keyboard.press('Control+Enter');
    await runState('done');
  });

  it('fits narrow and wide windows, in light and dark', async () => {
    const phone = { viewport: PHONE, isMobile: true, hasTouch: true, deviceScaleFactor: 2 };
    for (const [size, options] of Object.entries({ desktop: { viewport: DESKTOP }, phone })) {
      await context?.close();
      await open(options);
      await ready();
      await learnAndKeep('evening-plans');
      for (const colorScheme of ['light', 'dark']) {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        await page.evaluate(() => scrollTo(0, 0));
        await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
        await shoot(`${size}-${colorScheme}-fold`, { fullPage: false });
        await shoot(`${size}-${colorScheme}`, { whole: true });
        await assertNoSidewaysScroll();
      }
    }
    await page.setViewportSize(NARROWEST);
    await assertNoSidewaysScroll();
    await page.getByText('More settings').click();
    await page.getByText('Edit the tools as JSON').click();
    await assertNoSidewaysScroll();
    await shoot('narrowest-dark', { whole: true });
  });

  it('shows what it does while it does it', async () => {
    await open();
    await ready();
    await setThreshold(1.01);
    await setNumbers({ steps: 40 });
    await watchShifts(false);
    await page.locator('#ask').click();
    await runState('running');
    await page.locator('#chart:not([data-points="0"])').or(page.locator('#results[data-state="done"]')).first().waitFor();
    await shoot('running-desktop-light');
    await runState('done');
    await assertStill(0.1);
  });

  it('shows errors with a code and a remedy', async () => {
    await open();
    await ready();
    await page.locator('#import-file').setInputFiles({ name: 'wrong.zip', mimeType: 'application/zip', buffer: Buffer.from('not a zip') });
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
    await page.getByRole('button', { name: 'Use the CPU' }).click();
    await ready();
    assert.equal(await text('#banner'), '');
    await page.getByText('More settings').click();
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
    await page.locator('#query').fill('mock:crash');
    await page.locator('#ask').click();
    await page.locator('#banner .code', { hasText: 'AgentCrashed' }).waitFor();
    assert.equal(await page.locator('#engine').getAttribute('data-state'), 'failed');
    assert.equal(await page.locator('#ask').getAttribute('aria-disabled'), 'true');
    await page.getByRole('button', { name: 'Start again' }).click();
    await ready();
    await page.locator('[data-example="units"]').click();
    await ask();
    assert.equal(await page.locator('#results').getAttribute('data-state'), 'done');
  });
});
