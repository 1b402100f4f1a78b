// What comes of learning: a better answer, a check before use, a lesson that holds.
import assert from 'node:assert/strict';
import { it } from 'node:test';
import {
  assertAccessible, correct, decide, describePage, FLIGHT, focused, FORECAST, HOTEL, last, learn, lesson, MOCK, open,
  openInside, openSettings, page, PASTA, ready, remember, reply, send, shoot, startOver, status, text, TO_LEARN,
  useTools,
} from './harness.mjs';

describePage('learning', () => {
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

  it('is taught by its user, remembers after a reload, and forgets what it is told to', async () => {
    await open();
    await ready();
    await useTools([HOTEL, FORECAST]);
    const PORTO = 'A cheap bed in Porto, just two nights';
    const wrong = () => last().getByRole('button', { name: /^(None of these|One does|Use a tool instead|Wrong\?)$/ }).click();
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
});
