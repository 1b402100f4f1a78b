/**
 * The codes of errors: the package's type and docs/errors.md name the same ones, and each has a remedy. `npm run
 * test:tools`.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { it } from 'node:test';
import { modules } from '../../crates/autodidact-lab/generators/page-requests/modules.mjs';

const read = (path) => readFileSync(new URL(path, import.meta.url), 'utf8');

it('are the documented ones, each with its own remedy', async () => {
  const documented = [...read('../../docs/errors.md').matchAll(/^\| `(\w+)` \|/gm)].map(([, code]) => code).sort();
  const union = read('../package/src/errors.ts').match(/type ErrorCode =([^;]*);/)?.[1] ?? '';
  assert.deepEqual([...union.matchAll(/'(\w+)'/g)].map(([, code]) => code).sort(), documented);
  const [{ remedyFor }] = await modules('/package/src/errors.ts');
  const general = remedyFor('no such code');
  // Nobody has to do anything after an abort, and nobody knows what was unexpected.
  const without = documented.filter((code) => !['AbortError', 'Unexpected'].includes(code) && remedyFor(code) === general);
  assert.deepEqual(without, []);
});
