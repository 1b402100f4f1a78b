// How it starts: at the first visit, without a network, in a new version, and after a failure.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import {
  allow, assertAccessible, assertStill, BACKEND, begin, context, describePage, DESKTOP, DIST, focused, MOCK,
  newContext, newPage, open, openSettings, origin, page, PASTA, PHONE, ready, reply, send, serve, shoot, text, TIMEOUT,
  watchShifts, worksOffline,
} from './harness.mjs';

const notZip = { name: 'wrong.zip', mimeType: 'application/zip', buffer: Buffer.from('not a zip') };
const caches = () => page.evaluate(() => globalThis.caches.keys());
const sha256 = (content) => createHash('sha256').update(content).digest('hex');

/** Text of the mock that must not stand in the shipped files. */
const MOCK_MARKER = 'autodidact-mock-agent';

/** Waits for what the page can only tell later. */
async function until(check) {
  const deadline = Date.now() + TIMEOUT;
  while (!(await page.evaluate(check))) {
    assert.ok(Date.now() < deadline, `never came true: ${check}`);
    await page.waitForTimeout(100);
  }
}

describePage('start', () => {
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
    await newContext({ viewport: DESKTOP });
    await context.route(/worker.*\.js|\.wasm|\/model\//, hold);
    await newPage();
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
    allow((problem) => /not-there|ERR_INTERNET_DISCONNECTED/.test(problem));
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
    const site = await serve(dist);
    try {
      await open({ at: site.origin });
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
      await context?.close();
      await site.server.close();
      rmSync(dist, { recursive: true, force: true });
    }
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
    allow((problem) => problem.includes(elsewhere));
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
