// Runs a program of this folder, and prints one line of JSON: what it measured, or why it could not.
//
//   node attempt.mjs LABEL SECONDS COMMAND [ARGUMENT...]
//
// LABEL: JSON that says which program that is, and on which model. After so many seconds it is ended.
import { spawnSync } from 'node:child_process';

const [label, limit, command, ...args] = process.argv.slice(2);
const began = performance.now();
const options = { encoding: 'utf8', timeout: limit * 1000, maxBuffer: 1 << 26 };
const { status, stdout, stderr, error } = spawnSync(command, args, options);

/** The line of an output that says what failed. */
function reason() {
  if (error?.code === 'ETIMEDOUT') return `not done after ${limit} s`;
  if (error) return error.message;
  const lines = stderr.split('\n').filter((line) => line.trim());
  const telling = lines.find((line) => /Error|error:|crashed|unreachable/.test(line));
  const line = telling ?? lines.at(-1) ?? `it ended with ${status}`;
  return line.trim().replace(/^page\.evaluate: /, '').slice(0, 160);
}

let figures;
try {
  if (status !== 0) throw new Error();
  figures = JSON.parse(stdout.trim().split('\n').at(-1));
} catch {
  figures = { error: reason() };
}
const took = Math.round((performance.now() - began) / 1000);
process.stderr.write(`${label}: ${figures.error ?? 'measured'}, ${took} s\n`);
console.log(JSON.stringify({ ...JSON.parse(label), took, ...figures }));
