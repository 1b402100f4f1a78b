// Its looks in windows of all widths, its keyboard, and that nothing moves while it works.
import assert from 'node:assert/strict';
import { it } from 'node:test';
import {
  assertAccessible, assertSeen, assertStill, begin, BREAD, context, describePage, DESKTOP, ended, focused, idle,
  inLast, last, learn, lesson, open, openInside, openSettings, page, PASTA, PHONE, ready, reply, send, setNumbers,
  shoot, text, turns, unfold, watchShifts,
} from './harness.mjs';

const NARROWEST = { width: 360, height: 740 };

async function assertNoSidewaysScroll() {
  const { scroll, client } = await page.evaluate(() => ({ scroll: document.documentElement.scrollWidth, client: document.documentElement.clientWidth }));
  assert.ok(scroll <= client, `the page is ${scroll} px wide in a window of ${client} px`);
}

/** Two frames: what was changed before has been painted. */
const painted = () => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));

describePage('looks', () => {
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
      await last().getByRole('button', { name: /^(None of these|One does|Use a tool instead|Wrong\?)$/ }).click();
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
});
