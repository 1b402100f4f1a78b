// The page names every number behind a decision in plain words, and none that there is not.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { it } from 'node:test';

const read = (path) => readFileSync(new URL(path, import.meta.url), 'utf8');
const between = (text, from, to) => text.slice(text.indexOf(from), text.indexOf(to, text.indexOf(from)));
const names = (text, pattern) => [...text.matchAll(pattern)].map(([, name]) => name).sort();

it('names every feature of a decision', () => {
  const features = names(between(read('../../src/agent/conduct/features.rs'), 'pub const FEATURES', '];'), /"(\w+)"/g);
  const labels = names(between(read('../src/ui/decision.ts'), 'const FEATURES', '};'), /^ {2}(\w+):/gm);
  assert.ok(features.length > 10, 'no features were found');
  assert.deepEqual(labels, features);
});
