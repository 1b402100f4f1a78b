/**
 * Which files of a hub's model are fetched, without a browser: a server that answers as a hub does. `npm run
 * test:tools`.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import { modules } from '../../crates/autodidact-lab/generators/page-requests/modules.mjs';
import { COMMIT, ID, SHARD, startHub, WEIGHTS } from './hub.mjs';

const INDEX = 'model.safetensors.index.json';
const OTHERS = ['chat_template.jinja', 'config.json', 'generation_config.json', 'special_tokens_map.json', 'tokenizer.json', 'tokenizer_config.json'];

let folder;
let hub;
let listed;
let ggufFiles;

before(async () => {
  [{ listed, ggufFiles }] = await modules('/package/src/hub.ts');
  folder = mkdtempSync(join(tmpdir(), 'autodidact-listed-'));
  for (const name of [...OTHERS, WEIGHTS, 'README.md', 'model.gguf']) writeFileSync(join(folder, name), name);
  hub = await startHub(folder, folder);
});
beforeEach(() => {
  hub.log.length = 0;
});
after(async () => {
  await hub?.close();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

const wanted = async (files) => {
  hub.files = new Map(files);
  return (await listed({ hub: ID, endpoint: hub.origin })).files.map(({ name }) => name).sort();
};
const file = (name, text = name) => [name, Buffer.from(text)];
/** The files of a GGUF model. */
const parts = async (file, files) => {
  hub.files = new Map([...hub.whole, ...files.map((name) => [name, Buffer.from(name)])]);
  return (await listed({ hub: ID, file, endpoint: hub.origin })).files.map(({ name }) => name);
};

describe('the files of a model of a hub', () => {
  it('are the weights and what describes them, and nothing else', async () => {
    assert.deepEqual(await wanted(hub.whole), [...OTHERS, WEIGHTS].sort());
    assert.deepEqual(hub.log.map(({ path }) => path), [`/api/models/${ID}/revision/main`, `/api/models/${ID}/tree/${COMMIT}`]);
  });

  it('are the shards that the index names, whatever they are called, and not the same weights in another form', async () => {
    assert.ok(hub.shards.has('consolidated.safetensors'));
    assert.deepEqual(await wanted(hub.shards), [...OTHERS, INDEX, SHARD].sort());
    assert.ok(hub.asked(INDEX).every(({ path }) => path === `/${ID}/resolve/${COMMIT}/${INDEX}`));
  });

  it('are the whole weights where there are both', async () => {
    assert.deepEqual(await wanted([...hub.shards, ...hub.whole]), [...OTHERS, WEIGHTS].sort());
    assert.deepEqual(hub.asked(INDEX), []);
  });

  it('lack a shard that is not there, which is told before anything is fetched', async () => {
    const without = [...hub.shards].filter(([name]) => name !== SHARD);
    const { code, message } = await wanted(without).catch((error) => error);
    assert.equal(code, 'UnsupportedModel');
    assert.match(message, new RegExp(`has no ${SHARD}`));
  });

  it('are all files of weights where the index names none, so that its error comes from who reads it', async () => {
    const broken = [...hub.shards, file(INDEX, '{"weight_map": null}')];
    assert.deepEqual(await wanted(broken), [...OTHERS, INDEX, SHARD, 'consolidated.safetensors'].sort());
  });

  it('have chat templates by name, in a folder of their own', async () => {
    const templates = ['additional_chat_templates/rag.jinja', 'additional_chat_templates/tool_use.jinja'];
    const others = ['additional_chat_templates/README.md', 'onnx/model.safetensors'];
    assert.deepEqual(await wanted([...hub.whole, ...[...templates, ...others].map((name) => file(name))]), [...OTHERS, WEIGHTS, ...templates].sort());
    assert.equal(hub.log.at(-1).path, `/api/models/${ID}/tree/${COMMIT}/additional_chat_templates`);
  });

  it('are one GGUF file, or all of its parts, where one is named', async () => {
    assert.deepEqual(await parts('model.gguf', []), ['model.gguf']);
    const split = ['big-00001-of-00002.gguf', 'big-00002-of-00002.gguf'];
    assert.deepEqual(await parts(split[1], split), split);
    const { code, message } = await parts(split[0], split.slice(0, 1)).catch((error) => error);
    assert.equal(code, 'UnsupportedModel');
    assert.match(message, /has no big-00002-of-00002.gguf/);
    for (const wrong of ['config.json', '../model.gguf', '']) {
      assert.equal((await parts(wrong, []).catch((error) => error)).code, 'InvalidInput', wrong);
    }
  });

  it('are listed by name and size where they are GGUF files: of a split one the first part', async () => {
    const names = ['a.gguf', 'b-00001-of-00002.gguf', 'b-00002-of-00002.gguf'];
    hub.files = new Map([...hub.whole, ...names.map((name) => file(name))]);
    const found = (await ggufFiles({ hub: ID, endpoint: `${hub.origin}/` })).sort((a, b) => (a.name < b.name ? -1 : 1));
    const bytes = (name) => hub.files.get(name).length;
    assert.deepEqual(found, [{ name: 'a.gguf', bytes: bytes('a.gguf') }, { name: names[1], bytes: bytes(names[1]) + bytes(names[2]) }, { name: 'model.gguf', bytes: bytes('model.gguf') }]);
    hub.files = new Map([file('config.json')]);
    assert.deepEqual(await ggufFiles({ hub: ID, endpoint: hub.origin }), []);
    const failing = (model, options) => ggufFiles({ endpoint: hub.origin, ...model }, options).then(() => '', ({ code }) => code);
    assert.equal(await failing({ hub: 'test/none' }), 'IoError');
    assert.equal(await failing({ hub: '../x' }), 'InvalidInput');
    assert.equal(await failing({ hub: ID }, { signal: AbortSignal.abort() }), 'AbortError');
  });
});
