// Adapters and everything else that the browser keeps: found again, handed on, and cleared.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import {
  action, BREAD, context, correct, decide, describePage, ended, focused, HOTEL, inLast, last, learn, learnAndKeep,
  learnBelow, MOCK, open, openInside, openSettings, page, PASTA, ready, remember, row, SCREENSHOTS, send, setNumbers,
  shoot, startOver, status, text, turns, useTools, worksOffline,
} from './harness.mjs';

async function remove(name) {
  await action('Delete', name).click();
  await decide('Delete');
  await row(name).waitFor({ state: 'detached' });
}

/** The answer as the model wrote it. */
const written = (side) => page.locator(`#answer-${side} pre`).textContent();

/** Names of the files in a zip, from its directory. */
function zipNames(bytes) {
  const names = [];
  for (let at = bytes.indexOf('PK\x01\x02', 0, 'latin1'); at >= 0; at = bytes.indexOf('PK\x01\x02', at + 46, 'latin1')) {
    names.push(bytes.subarray(at + 46, at + 46 + bytes.readUInt16LE(at + 28)).toString());
  }
  return names;
}

describePage('what is kept', () => {
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
});
