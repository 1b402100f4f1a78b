/**
 * What a page sees when its agent runs out of memory. The browser gives WebAssembly little here, so that it happens soon.
 *
 *   npm run build:package && npm run test:package
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { bare, beginWith, end, newContext } from './installed.mjs';

const MEGABYTES = 256;

before(() => beginWith(`--js-flags=--wasm-max-mem-pages=${MEGABYTES * 16}`));
after(end);

describe('out of memory', () => {
  it('is an error that says how much was asked for, and a new agent can be made in the same tab', async () => {
    const page = await bare(await newContext());
    const { failed, later, calls } = await page.evaluate(async (length) => {
      const caught = ({ code, message, isFatal }) => ({ code, message, isFatal });
      const agent = await make({ tools });
      // A text of this length has no place.
      const failed = await agent.parseTools(' '.repeat(length)).catch(caught);
      const later = await agent.parseTools('[]').catch(caught);
      const again = await make({ tools });
      const { answer } = await again.ask(task, { learn: 'never', search: false });
      again.dispose();
      return { failed, later, calls: answer.calls };
    }, MEGABYTES * 1_100_000);
    assert.equal(failed.code, 'OutOfMemory');
    assert.match(failed.message, /\d{9} bytes were asked for; .* 4294967296/);
    assert.ok(failed.isFatal);
    assert.equal(later.code, 'OutOfMemory');
    assert.equal(calls.length, 1);
  });
});
