/**
 * Drops the custom sections of a wasm file that only debuggers read: a third of the file, and most of wasm-opt's work.
 *
 *   node strip-names.mjs IN.wasm OUT.wasm
 */
import { readFileSync, writeFileSync } from 'node:fs';

const [input, output] = process.argv.slice(2);
if (!output) throw new Error('usage: node strip-names.mjs IN.wasm OUT.wasm');
const bytes = readFileSync(input);
if (bytes.length < 8 || bytes.readUInt32LE(0) !== 0x6d736100) throw new Error(`${input} is not a wasm file`);

const CUSTOM = 0;
const forDebuggers = (name) => name === 'name' || name === 'producers' || name.startsWith('.debug_');

/** An unsigned LEB128 number at `at`, and where it ends. */
function number(at) {
  let value = 0;
  for (let scale = 1; ; scale *= 128) {
    const byte = bytes[at++];
    value += (byte & 127) * scale;
    if (byte < 128) return [value, at];
  }
}

const kept = [bytes.subarray(0, 8)];
for (let start = 8; start < bytes.length; ) {
  const [size, content] = number(start + 1);
  const end = content + size;
  if (!(end <= bytes.length)) throw new Error(`${input} ends inside a section`);
  let drop = false;
  if (bytes[start] === CUSTOM) {
    const [length, name] = number(content);
    drop = forDebuggers(bytes.toString('utf8', name, name + length));
  }
  if (!drop) kept.push(bytes.subarray(start, end));
  start = end;
}
writeFileSync(output, Buffer.concat(kept));
