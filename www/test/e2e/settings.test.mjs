// The settings: kept, checked, and models of one's own.
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { ID, WEIGHTS } from '../hub.mjs';
import {
  allow, assertAccessible, describePage, focused, HOTEL, hub, idle, learnBelow, MOCK, MODEL, open, openInside,
  openSettings, origin, page, PASTA, ready, remember, send, setNumbers, shoot, status, text, turns, unfold, useTools,
} from './harness.mjs';

/** What the page says of the built-in model's files before it loads them again. */
const modelFacts = () => new RegExp(`Files\\s+${readdirSync(MODEL).length} files\\s+Size\\s+15\\.\\d MB\\s+Memory, about\\s+\\d\\d\\.\\d MB`);

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
    allow((problem) => /status of 404|^status 404: .*\/hub\/api\//.test(problem));
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
});
