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
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import axe from 'axe-core';
import { chromium } from 'playwright-core';
import { preview } from 'vite';

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
const GPU_FLAGS = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'];

const DESKTOP = { width: 1280, height: 900 };
const PHONE = { width: 390, height: 844 };
const NARROWEST = { width: 360, height: 740 };
const EXAMPLES = ['table', 'hotel', 'timer', 'units', 'message'];

const notZip = { name: 'wrong.zip', mimeType: 'application/zip', buffer: Buffer.from('not a zip') };

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

/** What axe finds: nothing that is serious or critical. */
async function assertAccessible() {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
  const grave = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  assert.deepEqual(grave.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`), []);
}

/** Forgets how the last run ended and what was said last, so that the next can be waited for. */
const forget = () =>
  page.evaluate(() => {
    document.getElementById('results').removeAttribute('data-state');
    document.getElementById('status').textContent = '';
  });

async function ask() {
  await forget();
  await page.locator('#ask[aria-disabled="false"]').click();
  await runState('done', 'stopped');
}

/** Asks the examples in turn until the agent has learned from one and kept it, and tells which: a tiny model may fail on some. */
async function learnAndKeep(name) {
  await setThreshold(1.01);
  await page.getByLabel('Keep what it learns as').check();
  await page.locator('#keep-name').fill(name);
  for (const example of EXAMPLES) {
    await page.locator(`[data-example="${example}"]`).click();
    await ask();
    assert.equal(await page.locator('#results').getAttribute('data-state'), 'done');
    if (!(await text('#answer-note')).includes(`Kept as “${name}”`)) continue;
    await row(name).waitFor();
    return example;
  }
  assert.fail(`none of the examples led to a kept adapter; the last said: ${await text('#answer-note')}`);
}

const row = (name) => page.locator(`[data-adapter="${name}"]`);
const action = (label, name) => page.getByRole('button', { name: `${label} ${name}`, exact: true });
const decide = (button) => page.getByRole('dialog').getByRole('button', { name: button, exact: true }).click();

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
    return it?.id || it?.getAttribute('data-example') || it?.getAttribute('aria-label') || it?.tagName;
  });

/** Waits for a part of the page to lie in the window, at its full height. */
const inView = (selector) =>
  page.waitForFunction((css) => {
    const { top, bottom } = document.querySelector(css).getBoundingClientRect();
    return top >= 0 && bottom <= innerHeight;
  }, selector);

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
    const example = await learnAndKeep('first');

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
    const stages = await page.locator('#timing dt').allInnerTexts();
    assert.deepEqual(stages, ['Answer', 'Judge', 'Write examples', 'Train', 'Answer again', 'Judge again', 'Keep', 'Put weights back', 'Total']);
    assert.match(await row('first').innerText(), /\d examples?, \d+ steps/);
    await shoot('learned-desktop-light');
    const adapted = await written('adapted');

    await page.reload();
    await ready();
    await row('first').waitFor();
    await page.locator(`[data-example="${example}"]`).click();
    await action('Use', 'first').click();
    await status('The next question starts from “first”.');
    assert.equal(await page.locator('#adapter').inputValue(), 'first');
    await setThreshold(0);
    await ask();
    assert.equal(await page.locator('#results').getAttribute('data-state'), 'done');
    assert.equal(await text('#meter-badge'), 'Sure');
    assert.match(await text('#pairs-list'), /None needed/);
    // The stored adapter answers as the one that was trained did, and judges not as the plain model.
    assert.equal(await written('base'), adapted);
    assert.notDeepEqual(await logs(), baseLogs);

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
    await setThreshold(1.01);
    await forget();
    await keepName.fill('first');
    await page.locator('#ask').click();
    await decide('Cancel');
    await status('Nothing was asked');
    assert.equal(await focused(), 'keep-name');
    await page.locator('#ask').click();
    await decide('Replace');
    await runState('running');
    await page.locator('#stop').click();
    await runState('stopped');
    await row('first').waitFor();
    // From the bare model, as at first: the same is learned again, and takes the place of what was kept.
    await page.locator('#adapter').selectOption('');
    await forget();
    await page.locator('#ask').click();
    await decide('Replace');
    await runState('done');
    assert.match(await text('#answer-note'), /Kept as “first”/);
    await forget();
    for (const wrong of ['', '.dot', 'two words']) {
      await forget();
      await keepName.fill(wrong);
      await page.locator('#ask').click();
      await status('Correct the marked setting');
      assert.equal(await keepName.getAttribute('aria-invalid'), 'true', wrong);
      assert.equal(await page.locator('#keep-missing').isVisible(), wrong === '');
    }
    assert.equal(await page.locator('#results').getAttribute('data-state'), null);
    await keepName.fill('two-words');
    assert.equal(await keepName.getAttribute('aria-invalid'), null);

    // A click that brings the window to the front is not lost.
    await action('Use', 'first-1').hover();
    await page.mouse.down();
    await page.evaluate(() => dispatchEvent(new Event('focus')));
    await page.waitForTimeout(300);
    await page.mouse.up();
    await status('The next question starts from “first-1”.');

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

  it('says which number is out of its range, and does not ask with it', async () => {
    await open();
    await ready();
    await setNumbers({ pairs: 65, seed: 4294967296 });
    for (const way of ['button', 'keys']) {
      await page.getByText('More settings').click();
      assert.equal(await page.locator('#pairs').isVisible(), false);
      await forget();
      if (way === 'button') await page.locator('#ask').click();
      else await page.locator('#query').press('Control+Enter');
      await status('Correct the marked setting');
      assert.equal(await focused(), 'pairs', way);
      assert.match(await text('#numbers-message'), /Examples: a whole number from 1 to 64\. Seed: .* 4,294,967,295\./);
    }
    await shoot('invalid-number-desktop-light', { fullPage: false });
    assert.equal(await page.locator('#results').getAttribute('data-state'), null);
    await page.locator('#pairs').fill('64');
    await page.locator('#seed').fill('4294967295');
    assert.equal(await page.locator('[aria-invalid]').count(), 0);
    assert.equal(await text('#numbers-message'), '');
    await setThreshold(0);
    await ask();
    assert.equal(await page.locator('#results').getAttribute('data-state'), 'done');
  });

  it('needs no mouse', async () => {
    await open();
    await ready();
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
      if (size === 'phone') {
        await setThreshold(0);
        await page.evaluate(() => scrollTo(0, 0));
        await ask();
        await inView('#results > :first-child');
      }
      await learnAndKeep('evening-plans');
      for (const colorScheme of ['light', 'dark']) {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        await page.evaluate(() => scrollTo(0, 0));
        await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
        await shoot(`${size}-${colorScheme}-fold`, { fullPage: false });
        await shoot(`${size}-${colorScheme}`, { whole: true });
        await assertNoSidewaysScroll();
        await assertAccessible();
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
    await page.locator(`[data-example="${EXAMPLES[0]}"]`).click();
    await setNumbers({ steps: 16 });
    await watchShifts(false);
    await page.locator('#ask').click();
    await runState('running');
    await page.locator('#chart:not([data-points="0"])').or(page.locator('#results[data-state="done"]')).first().waitFor();
    // A picture of the whole page resizes the window, which can count as a shift.
    await shoot('running-desktop-light', { fullPage: false });
    await runState('done');
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
