/**
 * Headers of GGUF files, whole, cut and hostile, as they come from servers of different kinds; and how much memory the
 * weights take. Without a browser. `npm run test:tools`.
 */
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { after, before, beforeEach, describe, it } from 'node:test';
import { modules } from '../../crates/autodidact-lab/generators/page-requests/modules.mjs';

const FIXTURES = new URL('../../tests/fixtures/gguf/', import.meta.url);
const fixture = (name) => new Uint8Array(readFileSync(new URL(name, FIXTURES)));

let readHeader;
let Short;
let remoteHeader;
let modelInfo;
let heldBytes;
let estimatedMemory;

before(async () => {
  [{ readHeader, Short }, { remoteHeader }, { modelInfo }, { heldBytes, estimatedMemory }] = await modules(
    '/package/src/gguf-header.ts', '/package/src/gguf-remote.ts', '/package/src/model-info.ts', '/package/src/memory.ts');
});

// Pieces of a file.
const u32 = (value) => new Uint8Array(new Uint32Array([value]).buffer);
const u64 = (value) => new Uint8Array(new BigUint64Array([BigInt(value)]).buffer);
const text = (words) => bytes(u64(words.length), new TextEncoder().encode(words));
const bytes = (...parts) => new Uint8Array(Buffer.concat(parts));
const start = (tensors, entries, version = 3) => bytes(new TextEncoder().encode('GGUF'), u32(version), u64(tensors), u64(entries));
const tensor = (name, shape, type) => bytes(text(name), u32(shape.length), ...shape.map(u64), u32(type), u64(0));
const [U32, TEXT, LIST] = [4, 8, 9];

describe('the header of a GGUF file', () => {
  it('has the settings of the model, and the shapes and types of its tensors', () => {
    for (const name of readdirSync(FIXTURES).filter((name) => !name.startsWith('split'))) {
      const { metadata, tensors } = readHeader(fixture(name));
      const family = metadata.get('general.architecture');
      assert.ok(['llama', 'qwen2', 'qwen3'].includes(family) || name === 'blocks.gguf', `${name}: ${family}`);
      assert.ok(tensors.length > 0, name);
      if (name === 'blocks.gguf') continue;
      const embedding = tensors.find(({ name }) => name === 'token_embd.weight');
      assert.deepEqual(embedding.shape, [metadata.get(`${family}.embedding_length`), metadata.get('tokenizer.ggml.tokens')], name);
    }
  });

  it('has values of all types, and of lists the length', () => {
    const entries = [
      ['u8', 0, [200]], ['i8', 1, [200]], ['u16', 2, [1, 2]], ['i16', 3, [255, 255]], ['u32', 4, u32(7)], ['i32', 5, u32(2 ** 32 - 1)],
      ['f32', 6, new Uint8Array(new Float32Array([1.5]).buffer)], ['bool', 7, [1]], ['text', TEXT, text('né')], ['u64', 10, u64(2 ** 40)],
      ['i64', 11, new Uint8Array(new BigInt64Array([-3n]).buffer)], ['f64', 12, new Uint8Array(new Float64Array([0.25]).buffer)],
      ['numbers', LIST, bytes(u32(U32), u64(2), u32(1), u32(2))], ['texts', LIST, bytes(u32(TEXT), u64(2), text('a'), text('bc'))],
    ];
    entries[8][2] = bytes(u64(3), new TextEncoder().encode('né'));
    const file = bytes(start(1, entries.length, 2), ...entries.map(([key, type, value]) => bytes(text(key), u32(type), new Uint8Array(value))), tensor('t', [32, 8], 2));
    const { metadata, tensors } = readHeader(file);
    assert.deepEqual(Object.fromEntries(metadata), {
      u8: 200, i8: -56, u16: 513, i16: -1, u32: 7, i32: -1, f32: 1.5, bool: true, text: 'né', u64: 2 ** 40, i64: -3, f64: 0.25, numbers: 2, texts: 2,
    });
    assert.deepEqual(tensors, [{ name: 't', shape: [32, 8], type: 2 }]);
  });

  it('that is cut anywhere is known to be cut', () => {
    const file = bytes(start(1, 2), text('k'), u32(LIST), u32(TEXT), u64(2), text('a'), text('b'), text('n'), u32(U32), u32(1), tensor('t', [32, 8], 2));
    assert.equal(readHeader(file).tensors.length, 1);
    for (let end = 0; end < file.length; end++) assert.throws(() => readHeader(file.subarray(0, end)), (error) => error instanceof Short, `${end} bytes`);
  });

  it('with a length or a count that is made up is refused, and takes no memory', () => {
    const entry = (...value) => bytes(start(0, 1), text('k'), ...value);
    const most = 2n ** 64n - 1n;
    const hostile = {
      'other first bytes': bytes(new TextEncoder().encode('GGML'), u32(3), u64(0), u64(0)),
      'another version': start(0, 0, 1),
      'byte order of other machines': start(0, 0, 0x03000000),
      'tensors': start(most, 0),
      'entries': start(0, 2 ** 21),
      'a key': bytes(start(0, 1), u64(most)),
      'a text': entry(u32(TEXT), u64(2 ** 40)),
      'a list': entry(u32(LIST), u32(U32), u64(most)),
      'a list of lists': entry(u32(LIST), u32(LIST), u64(1)),
      'a type': entry(u32(99)),
      'a type of a list': entry(u32(LIST), u32(13), u64(0)),
      'dimensions': bytes(start(1, 0), text('t'), u32(2 ** 31)),
    };
    for (const [name, file] of Object.entries(hostile)) {
      assert.throws(() => readHeader(file), ({ code, message }) => code === 'IntegrityError' && /Download it again, or choose another file/.test(message), name);
    }
    // A count of texts is only believed as far as the bytes go.
    assert.throws(() => readHeader(entry(u32(LIST), u32(TEXT), u64(most))), (error) => error instanceof Short);
  });
});

describe('a header that comes from a server', () => {
  /** Longer than the first request: a vocabulary of 100,000 tokens. */
  const long = () => {
    const tokens = Array.from({ length: 100_000 }, (_, n) => text(`token ${n}`));
    return bytes(start(1, 2), text('general.architecture'), u32(TEXT), text('llama'), text('tokenizer.ggml.tokens'), u32(LIST), u32(TEXT), u64(tokens.length), ...tokens, tensor('t', [32, 8], 2));
  };
  let server;
  let origin;
  let file;
  let isRanged;
  /** More is announced than ever comes. */
  let isEndless;
  let log;
  before(async () => {
    server = createServer(({ headers, url }, response) => {
      if (url === '/none.gguf') return response.writeHead(404).end();
      if (url === '/page.gguf') return response.writeHead(200, { 'content-type': 'text/html' }).end('<p>');
      const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(headers.range).map(Number);
      if (isRanged && from >= file.length) return response.writeHead(416).end();
      const part = isRanged ? file.subarray(from, to + 1) : file;
      log.push(isRanged ? [from, Math.min(to + 1, file.length)] : 'whole');
      response.on('close', () => !response.writableEnded && log.push('left'));
      response.writeHead(isRanged ? 206 : 200, { 'content-length': isEndless ? 1e9 : part.length });
      response.write(part.subarray(0, 1000), () => (isEndless ? response.write(part.subarray(1000)) : response.end(part.subarray(1000))));
    });
    await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
    origin = `http://127.0.0.1:${server.address().port}`;
  });
  after(() => server.close());
  beforeEach(() => {
    log = [];
    isEndless = false;
  });
  const header = (name = 'm.gguf', init = {}) => remoteHeader(`${origin}/${name}`, init);
  const failing = (...of) => header(...of).then(() => 'read', ({ code, name }) => code ?? name);

  it('is asked for in ranges, each as long as all before it', async () => {
    isRanged = true;
    file = bytes(long(), new Uint8Array(30_000_000));
    const { metadata, tensors } = await header();
    assert.deepEqual([metadata.get('tokenizer.ggml.tokens'), tensors.length], [100_000, 1]);
    assert.deepEqual(log, [[0, 2 ** 20], [2 ** 20, 2 ** 21]]);
  });

  it('is the beginning of the whole file where the server knows no ranges', async () => {
    [isRanged, isEndless] = [false, true];
    file = bytes(long(), new Uint8Array(3_000_000));
    assert.equal((await header()).tensors.length, 1);
    for (let i = 0; i < 500 && log.length < 2; i++) await new Promise((later) => setTimeout(later, 10));
    assert.deepEqual(log, ['whole', 'left'], 'the rest is not taken');
  });

  it('that is cut is damaged, whatever the server knows', async () => {
    for (isRanged of [true, false]) {
      for (const length of [0, 20, 2 ** 20, 1_500_000]) {
        file = long().subarray(0, length);
        assert.equal(await failing(), 'IntegrityError', `${length} bytes, ${isRanged ? 'ranges' : 'no ranges'}`);
      }
    }
  });

  it('that is not there, or a page, or not wanted any more is told', async () => {
    assert.equal(await failing('none.gguf'), 'IoError');
    assert.equal(await failing('page.gguf'), 'IoError');
    assert.equal(await failing('m.gguf', { signal: AbortSignal.abort() }), 20); // The code of the platform's AbortError.
  });
});

describe('the memory of a model', () => {
  it('counts weights as they are held', () => {
    const held = (shape, type, dtype = 'auto') => heldBytes({ name: 't', shape, type }, dtype);
    const [F32, F16, Q4_1, Q5_0, Q8_0, Q6_K] = [0, 1, 3, 6, 8, 14];
    assert.equal(held([64, 8], F32), 64 * 8 * 4);
    assert.equal(held([64], F16), 64 * 4);
    assert.equal(held([64, 8], Q4_1), 64 * 8 * 0.75);
    assert.equal(held([64, 8], Q5_0), 64 * 8 * 0.875);
    assert.equal(held([64, 8], Q8_0), 64 * 8 * 1.25);
    assert.equal(held([64, 8], Q6_K), 64 * 8 * 1.5);
    // Eight rows lie together.
    assert.equal(held([64, 9], Q8_0), 64 * 16 * 1.25);
    for (const type of [F16, Q4_1, Q6_K]) assert.equal(held([64, 8], type, 'f32'), 64 * 8 * 4);
    // What is in few bits stays so; floats are rounded where their rows fill blocks.
    assert.equal(held([64, 8], Q6_K, 'q4'), 64 * 8 * 1.5);
    assert.equal(held([64, 8], F16, 'q4'), 64 * 8 * 0.75);
    assert.equal(held([64, 8], F16, 'q8'), 64 * 8 * 1.25);
    assert.equal(held([48, 8], F16, 'q8'), 48 * 8 * 4);
    assert.equal(held([64], F32, 'q8'), 64 * 4);
    assert.throws(() => held([64, 8], 10), ({ code, message }) => code === 'UnsupportedDtype' && /`t` is of ggml's type 10/.test(message));
  });

  it('has the keys and values of a text and of earlier prompts, or what was needed to load it, if that was more', () => {
    const shape = { weights: 1e6, loading: 0, vocabulary: 0, context: 8192, layers: 2, keys: 128 };
    const grown = (more) => estimatedMemory({ ...shape, ...more }) - estimatedMemory(shape);
    assert.equal(grown({ weights: 2e6 }), 1.1e6);
    assert.equal(grown({ layers: 4 }), 2 * 4 * 2 * 128 * 2048);
    assert.equal(grown({ context: 1024 }), -2 * 4 * 2 * 128 * 1024);
    assert.equal(grown({ loading: 1e6 }), 0);
    assert.equal(grown({ loading: 64 * 2 ** 20 + 2 * 4 * 2 * 128 * 2048 + 5 }), 5);
    assert.ok(grown({ vocabulary: 1000 }) > 0);
  });

  it('of a GGUF file is told from its header, of all parts of a split one, and by the dtype', async () => {
    const name = 'qwen2.gguf';
    const names = [name, 'qwen2_mixed.gguf', 'split-00001-of-00002.gguf', 'split-00002-of-00002.gguf'];
    const server = createServer(({ url, method }, response) => {
      const asked = url.slice(1).split('?')[0];
      const file = names.includes(asked) && fixture(asked);
      response.writeHead(file ? 200 : 404, { 'content-length': file ? file.length : 0 }).end(method === 'HEAD' || !file ? '' : file);
    });
    await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
    try {
      const at = (file) => `http://127.0.0.1:${server.address().port}/${file}`;
      const whole = await modelInfo(at(name));
      assert.deepEqual(whole.files, [{ name, bytes: fixture(name).length, sha256: null }]);
      assert.deepEqual([whole.name, whole.bytes], ['qwen2', fixture(name).length]);
      const split = await modelInfo(at(`${names[3]}?download=true`));
      assert.equal(split.name, 'split');
      assert.deepEqual(split.files.map(({ name }) => name), names.slice(2));
      assert.equal(split.memory, whole.memory);
      const given = await modelInfo({ name: 'mine', files: { [name]: { url: at(name), bytes: 5 } } });
      assert.deepEqual([given.name, given.bytes, given.memory], ['mine', 5, whole.memory]);
      const mixed = await modelInfo(at(names[1]));
      assert.ok((await modelInfo(at(names[1]), { dtype: 'f32' })).memory > mixed.memory);
      assert.equal((await modelInfo(at('none.gguf')).catch((error) => error)).code, 'IoError');
    } finally {
      server.close();
    }
  });
});
