// When it practises, and what its user sees and decides of that.
import assert from 'node:assert/strict';
import { it } from 'node:test';
import {
  assertAccessible, assertStill, begin, BREAD, describePage, ended, FLIGHT, focused, FORECAST, HOTEL, idle, inLast,
  last, learn, learnBelow, lesson, MOCK, open, openInside, page, PASTA, ready, remember, reply, send, setNumbers,
  shoot, startOver, state, status, text, things, useTools, watchShifts,
} from './harness.mjs';

describePage('practice', () => {
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
});
