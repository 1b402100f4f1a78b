// What it does when it is asked: calls of its own tools, changes, Undo, and Stop.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { it } from 'node:test';
import {
  assertAccessible, assertSeen, begin, BREAD, correct, decide, describePage, ended, example, focused, inLast, last,
  learn, MOCK, open, openInside, openSettings, page, PASTA, ready, reply, send, setNumbers, shoot, startOver, status,
  text, things, turns,
} from './harness.mjs';

/**
 * Has something done. The mock does it at once; the real agent may ask back or do something else, and is corrected as a
 * person would correct it. `says` is what stands in the turn at the end.
 */
async function order(words, { tool, fields = {}, says }) {
  const end = await send(words);
  const isRight = end === 'acted' && says.test(await reply());
  if (MOCK) assert.ok(isRight, `“${words}” ended as ${end}: ${await reply()}`);
  if (!isRight) {
    await last().getByRole('button', { name: /^(None of these|One does|Use a tool instead|Wrong\?)$/ }).click();
    await correct(tool, fields);
  }
  assert.match(await reply(), says);
}

describePage('what it does', () => {
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
    if (MOCK) assert.equal(none, 'answered');
    if (none === 'answered' || none === 'declined') {
      const [words, button] = none === 'answered' ? [/\S+.*\s+Use a tool instead/, 'Use a tool instead'] : [/None of my tools fits that\.\s+One does/, 'One does'];
      assert.match(await reply(), words);
      await shoot('answered-desktop-light', { fullPage: false });
      // An answer in words is no fault.
      assert.equal(await last().locator('.bad, .failure').count(), 0);
      await inLast(button).click();
      await last().getByLabel('What you wanted').waitFor();
    }
  });
});
