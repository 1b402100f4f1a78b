/** The codes of errors: the package's type and docs/errors.md name the same ones, and each has a remedy. `npm run test:tools`. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { it } from 'node:test';
import { createServer } from 'vite';

const read = (path) => readFileSync(new URL(path, import.meta.url), 'utf8');

it('are the documented ones, each with its own remedy', async () => {
  const documented = [...read('../../docs/errors.md').matchAll(/^\| `(\w+)` \|/gm)].map(([, code]) => code).sort();
  const union = read('../package/src/errors.ts').match(/type ErrorCode =([^;]*);/)?.[1] ?? '';
  assert.deepEqual([...union.matchAll(/'(\w+)'/g)].map(([, code]) => code).sort(), documented);
  const server = await createServer({
    root: fileURLToPath(new URL('..', import.meta.url)), configFile: false, server: { middlewareMode: true, ws: false, watch: null },
    optimizeDeps: { noDiscovery: true }, appType: 'custom', logLevel: 'error',
  });
  try {
    const { remedyFor } = await server.ssrLoadModule('/package/src/errors.ts');
    const general = remedyFor('no such code');
    // Nobody has to do anything after an abort, and nobody knows what was unexpected.
    const without = documented.filter((code) => !['AbortError', 'Unexpected'].includes(code) && remedyFor(code) === general);
    assert.deepEqual(without, []);
  } finally {
    await server.close();
  }
});
