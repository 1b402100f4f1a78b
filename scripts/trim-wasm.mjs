/**
 * Takes out of a wasm file what a page never runs: the bodies of functions that scripts/unused-code.mjs names, and the custom sections
 * that only debuggers read (a third of the file, and most of wasm-opt's work). What only those functions called, wasm-opt then drops.
 *
 *   node trim-wasm.mjs IN.wasm OUT.wasm
 *
 * A function that was emptied traps when it is called after all. The browser tests of the bundle run on the CPU and on WebGPU for that.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { UNUSED } from './unused-code.mjs';

const [input, output] = process.argv.slice(2);
if (!output) throw new Error('usage: node trim-wasm.mjs IN.wasm OUT.wasm');
const bytes = readFileSync(input);
if (bytes.length < 8 || bytes.readUInt32LE(0) !== 0x6d736100) throw new Error(`${input} is not a wasm file`);

const SECTION = { custom: 0, import: 2, code: 10 };
const FUNCTION_NAMES = 1;
/**
 * Bytes below which a function stays: the compiler merges functions that are equal, and a short one may serve code that runs under the
 * name of code that does not. So may functions of the standard library and of containers, whatever they hold.
 */
const SHORT = 256;
const GENERAL = /^<?(?:&mut |&)?(?:core|alloc|std|hashbrown|indexmap|smallvec|serde_core|serde)\b/;
const isShared = (name, size) => size < SHORT || GENERAL.test(name) || name.includes('drop_in_place');
/** No locals, `unreachable`, `end`. */
const EMPTY_BODY = Buffer.from([3, 0, 0x00, 0x0b]);
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

function text(at) {
  const [length, start] = number(at);
  return [bytes.toString('utf8', start, start + length), start + length];
}

function encoded(value) {
  const out = [];
  do {
    const low = value % 128;
    value = Math.floor(value / 128);
    out.push(value > 0 ? low | 128 : low);
  } while (value > 0);
  return Buffer.from(out);
}

const sections = [];
for (let start = 8; start < bytes.length; ) {
  const [size, content] = number(start + 1);
  const end = content + size;
  if (!(end <= bytes.length)) throw new Error(`${input} ends inside a section`);
  sections.push({ id: bytes[start], name: bytes[start] === SECTION.custom ? text(content)[0] : '', start, content, end });
  start = end;
}

/** Imported functions come first in the index space. */
function importedFunctions() {
  const section = sections.find(({ id }) => id === SECTION.import);
  if (!section) return 0;
  let [count, at] = number(section.content);
  let functions = 0;
  const limits = () => {
    const [flags, next] = number(at);
    [, at] = number(next);
    if (flags & 1) [, at] = number(at);
  };
  for (; count > 0; count--) {
    [, at] = text(at);
    [, at] = text(at);
    const kind = bytes[at++];
    if (kind === 0) [, at] = number(at), functions++;
    else if (kind === 1) at++, limits();
    else if (kind === 2) limits();
    else if (kind === 3) at += 2;
    else throw new Error(`an import of the unknown kind ${kind}`);
  }
  return functions;
}

/** Names of functions by their index. */
function functionNames() {
  const names = new Map();
  const section = sections.find(({ name }) => name === 'name');
  if (!section) throw new Error(`${input} has no names: what is unused cannot be told`);
  let [, at] = text(section.content);
  while (at < section.end) {
    const kind = bytes[at++];
    let [size, next] = number(at);
    const end = next + size;
    if (kind === FUNCTION_NAMES) {
      let [count, entry] = number(next);
      for (; count > 0; count--) {
        const [index, afterIndex] = number(entry);
        const [name, afterName] = text(afterIndex);
        names.set(index, name);
        entry = afterName;
      }
    }
    at = end;
  }
  return names;
}

/** The code section with the unused functions emptied. */
function trimmed(section, freed) {
  const names = functionNames();
  const first = importedFunctions();
  const [count, begin] = number(section.content);
  const bodies = [encoded(count)];
  for (let index = first, at = begin; index < first + count; index++) {
    const [size, body] = number(at);
    const name = names.get(index) ?? '';
    const reason = isShared(name, size) ? undefined : UNUSED.find(({ pattern }) => pattern.test(name));
    bodies.push(reason ? EMPTY_BODY : bytes.subarray(at, body + size));
    if (reason) freed.set(reason, (freed.get(reason) ?? 0) + body + size - at);
    at = body + size;
  }
  const content = Buffer.concat(bodies);
  return Buffer.concat([Buffer.from([SECTION.code]), encoded(content.length), content]);
}

const freed = new Map(UNUSED.map((reason) => [reason, 0]));
const kept = [bytes.subarray(0, 8)];
for (const section of sections) {
  if (section.id === SECTION.custom && forDebuggers(section.name)) continue;
  kept.push(section.id === SECTION.code ? trimmed(section, freed) : bytes.subarray(section.start, section.end));
}
writeFileSync(output, Buffer.concat(kept));
for (const [{ what }, size] of freed) {
  if (size === 0) throw new Error(`nothing in ${input} is ${what}: its pattern in scripts/unused-code.mjs is out of date`);
  console.error(`${String(size).padStart(9)} bytes emptied: ${what}`);
}
