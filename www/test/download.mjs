/**
 * Downloads of models in a real browser, from a server that answers as a hub does: connections that are cut, tabs that
 * are closed, damaged files, servers without ranges, a full disk, no disk, no connection.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import { COMMIT, ID, SHARD, startHub, WEIGHTS } from './hub.mjs';
import { bare, begin, ELSEWHERE, end, newContext, project, serve } from './installed.mjs';

const SPECIAL = 'special_tokens_map.json';
const CERTAINTY = 'certainty.json';

let hub;
let origin;
let context;

before(async () => {
  await begin();
  const root = project('plain-page');
  origin = await serve(root, '.');
  hub = await startHub(join(root, 'node_modules/autodidact/model'), root);
});
after(async () => {
  await hub?.close();
  await end();
});
beforeEach(async () => {
  await context?.close();
  context = await newContext();
  hub.log.length = 0;
  hub.rule = () => ({});
  hub.all = false;
  hub.files = hub.whole;
});

// Less than what a browser hands over at once (4 MiB): what it has not handed over when a connection is cut is lost.
const part = () => Math.floor(hub.size / 3);
const fromHub = (more = {}) => ({ hub: ID, endpoint: hub.origin, ...more });
/** The weights by their hash, from the origin of the page. */
const checked = () => ({ name: 'mine', files: {
  ...Object.fromEntries(['config.json', 'tokenizer.json', 'tokenizer_config.json'].map((name) => [name, `${hub.origin}/plain/${name}`])),
  [WEIGHTS]: { url: `${hub.origin}/plain/${WEIGHTS}`, bytes: hub.size, sha256: hub.sha256.toUpperCase() },
} });

/** A tab whose `load(model)` gives what became of it. It is of another origin than the hub, unless told otherwise. */
async function tab(at = origin) {
  const page = await bare(context, at);
  await page.evaluate(async () => {
    globalThis.autodidact = await import('/node_modules/autodidact/dist/index.js');
    globalThis.loaded = 0; // Of the weights.
    globalThis.load = async (model, more = {}) => {
      const events = [];
      const onEvent = (event) => {
        if (event.type !== 'download') return;
        events.push(event);
        if (event.file === 'model.safetensors') loaded = event.loaded;
      };
      try {
        const agent = await make({ model, onEvent, ...more });
        const weights = events.filter(({ file }) => file === 'model.safetensors');
        const { answer } = await agent.ask('Set a timer for 5 minutes', { tools, learn: 'never', search: false });
        agent.dispose();
        return { name: agent.report.model.name, weights, files: [...new Set(events.map(({ file }) => file))].sort(), calls: answer.calls.length };
      } catch ({ code, message }) {
        return { code, message };
      }
    };
  });
  return page;
}

const load = (page, model, more) => page.evaluate(([model, more]) => load(model, more), [model, more]);
const downloads = (page) => page.evaluate(() => autodidact.downloads());
/** What is here of the weights. */
const weights = async (page) => (await downloads(page)).find(({ name }) => name === WEIGHTS);
const ranges = () => hub.asked().map(({ range }) => range);

/** Begins to load, until some of the weights are here. */
async function begun(page, model) {
  hub.rule = (_, nth) => (nth === 0 ? { stall: part() } : {});
  await page.evaluate((model) => void (globalThis.loading = load(model)), model);
  await page.waitForFunction((bytes) => loaded === bytes, part());
}

describe('a model of a hub', () => {
  it('is fetched with the files that are needed, of one commit, checked, and not again', async () => {
    const page = await tab();
    const first = await load(page, fromHub());
    assert.equal(first.name, ID);
    assert.equal(first.calls, 1);
    const files = [CERTAINTY, 'config.json', 'generation_config.json', WEIGHTS, SPECIAL, 'tokenizer.json', 'tokenizer_config.json'];
    assert.deepEqual(first.files, files);
    assert.deepEqual(first.weights.at(-1), { type: 'download', file: WEIGHTS, loaded: hub.size, total: hub.size });
    assert.equal(first.weights.filter(({ loaded }) => loaded === hub.size).length, 1, 'the file is told of twice');
    const resolved = hub.log.filter(({ path }) => path.includes('/resolve/'));
    assert.deepEqual(resolved.map(({ path }) => path).sort(), files.map((name) => `/${ID}/resolve/${COMMIT}/${name}`));
    const list = await downloads(page);
    assert.ok(list.every(({ model, complete }) => model === ID && complete));
    assert.deepEqual(list.find(({ name }) => name === WEIGHTS), { model: ID, name: WEIGHTS, hash: `sha256-${hub.sha256}`, bytes: hub.size, complete: true });
    assert.match(list.find(({ name }) => name === 'config.json').hash, /^git-[\da-f]{40}$/);

    // A second visit: only the list is asked for.
    hub.log.length = 0;
    await page.close();
    const again = await tab();
    assert.equal((await load(again, fromHub())).name, ID);
    assert.deepEqual(hub.log.map(({ path }) => path), [`/api/models/${ID}/revision/main`, `/api/models/${ID}/tree/${COMMIT}`]);

    // Without a connection, and with a commit: nothing is needed.
    await load(again, fromHub({ revision: COMMIT }));
    hub.log.length = 0;
    assert.equal((await load(again, fromHub({ revision: COMMIT }))).name, ID);
    assert.deepEqual(hub.log, []);
    await hub.close();
    assert.equal((await load(again, fromHub())).name, ID);
    assert.equal((await load(again, fromHub({ revision: 'other' }))).code, 'IoError');
    await hub.listen(hub.port);

    // Dropped: of another model, then of this one.
    await again.evaluate(() => autodidact.clearDownloads('test/other'));
    assert.equal((await downloads(again)).length, files.length);
    await again.evaluate((model) => autodidact.clearDownloads(model), ID);
    assert.deepEqual(await downloads(again), []);
    hub.log.length = 0;
    await load(again, fromHub({ revision: COMMIT }));
    assert.deepEqual(ranges(), [undefined]);
  });

  it('that is not there, or has no weights, is told', async () => {
    const page = await tab();
    const missing = await load(page, fromHub({ hub: 'test/none' }));
    assert.equal(missing.code, 'IoError');
    hub.rule = () => ({ status: 404 });
    assert.equal((await load(page, checked())).code, 'IoError');
    assert.deepEqual(await downloads(page), []);
    assert.match(missing.message, /answered 404/);
    assert.equal((await load(page, fromHub({ hub: '../seed' }))).code, 'InvalidInput');
    hub.files = new Map([...hub.whole].filter(([name]) => name !== WEIGHTS));
    const bare = await load(page, fromHub());
    assert.equal(bare.code, 'UnsupportedModel');
    assert.match(bare.message, /has no model.safetensors/);
  });

  it('is a GGUF file too, of a hub or at an address, whole or in parts', async () => {
    const page = await tab();
    const fixtures = new URL('../../tests/fixtures/gguf/', import.meta.url);
    const names = ['qwen2.gguf', 'qwen2_mixed.gguf', 'split-00001-of-00002.gguf', 'split-00002-of-00002.gguf'];
    hub.files = new Map(names.map((name) => [name, readFileSync(new URL(name, fixtures))]));
    const report = (model, more) => page.evaluate(async ([model, more]) => {
      const agent = await make({ model, ...more });
      agent.dispose();
      return agent.report.model;
    }, [model, more]);
    const whole = await report(fromHub({ file: 'qwen2.gguf' }));
    assert.equal(whole.name, ID);
    const parts = await report(`${hub.origin}/plain/split-00002-of-00002.gguf`);
    assert.equal(parts.name, 'split');
    assert.equal(parts.fingerprint, whole.fingerprint);
    const small = await report(fromHub({ file: 'qwen2_mixed.gguf' }));
    assert.equal(small.family, 'qwen2');
    assert.equal((await report(fromHub({ file: 'qwen2_mixed.gguf' }), { dtype: 'f32' })).fingerprint, small.fingerprint);
    assert.equal((await report(fromHub({ file: 'qwen2.gguf' }), { dtype: 'q4' })).fingerprint, whole.fingerprint);
    assert.equal((await load(page, fromHub({ file: 'none.gguf' }))).code, 'UnsupportedModel');
    assert.equal((await load(page, fromHub({ file: 'qwen2.gguf' }), { dtype: 'q2' })).code, 'InvalidInput');
  });

  it('comes in shards too', async () => {
    hub.files = hub.shards;
    const page = await tab();
    assert.equal((await load(page, fromHub())).calls, 1);
    const names = [CERTAINTY, 'config.json', 'generation_config.json', SHARD, 'model.safetensors.index.json', SPECIAL, 'tokenizer.json', 'tokenizer_config.json'];
    assert.deepEqual((await downloads(page)).map(({ name }) => name).sort(), names);
    const { files, memory } = await page.evaluate((model) => autodidact.modelInfo(model), `${hub.origin}/plain`);
    assert.deepEqual(files.map(({ name }) => name).sort(), names.filter((name) => ![SPECIAL, CERTAINTY].includes(name)), 'not looked for where the configuration says as much, or most models have none');
    assert.ok(memory > 3 * hub.size);
  });
});

describe('a download', () => {
  it('that is cut goes on from there by itself', async () => {
    hub.rule = (_, nth) => (nth === 0 ? { cut: part() } : {});
    const page = await tab();
    const { calls, weights } = await load(page, fromHub());
    assert.equal(calls, 1);
    assert.deepEqual(ranges(), [undefined, `bytes=${part()}-`]);
    assert.deepEqual(hub.asked().map(({ status }) => status), [200, 206]);
    const loaded = weights.map(({ loaded }) => loaded);
    assert.deepEqual(loaded, [...loaded].sort((a, b) => a - b));
    assert.ok(loaded.includes(part()));
  });

  for (const how of ['closed', 'killed', 'reloaded']) {
    it(`in a tab that is ${how} goes on in the next one`, async () => {
      const page = await tab();
      await begun(page, fromHub());
      const cdp = await context.newCDPSession(page);
      if (how === 'closed') await page.close();
      else if (how === 'killed') {
        cdp.send('Page.crash').catch(() => {}); // Nobody is left to answer.
        await page.waitForEvent('crash');
      }
      else await page.reload();
      const next = await tab();
      const { bytes, complete } = await weights(next);
      assert.deepEqual({ bytes, complete }, { bytes: part(), complete: false });
      assert.equal((await load(next, fromHub())).calls, 1);
      assert.deepEqual(ranges(), [undefined, `bytes=${part()}-`]);
      assert.equal((await weights(next)).complete, true);
    });
  }

  it('that is aborted ends at once, and goes on when asked for again', async () => {
    const page = await tab();
    hub.rule = (_, nth) => (nth === 0 ? { stall: part() } : {});
    const codes = await page.evaluate(async (model) => {
      const stop = new AbortController();
      const onEvent = ({ file }) => file === 'model.safetensors' && stop.abort();
      return make({ model, signal: stop.signal, onEvent }).then(() => 'made', ({ code }) => code);
    }, fromHub());
    assert.equal(codes, 'AbortError');
    assert.equal((await load(page, fromHub())).calls, 1);
    assert.match(ranges()[1], /^bytes=[1-9]\d*-$/);
    assert.equal(ranges().length, 2);
  });

  it('that keeps failing is an IoError that says how to go on', async () => {
    hub.rule = (_, nth) => (nth === 0 ? { cut: part() } : { status: 503 });
    const page = await tab();
    const { code, message } = await load(page, fromHub());
    assert.equal(code, 'IoError');
    assert.match(message, new RegExp(`answered 503.*goes on from byte ${part()}$`));
    hub.rule = () => ({});
    assert.equal((await load(page, fromHub())).calls, 1);
    assert.equal(ranges().at(-1), `bytes=${part()}-`);
  });

  for (const [name, flipped] of [[WEIGHTS, 1_000_000], ['config.json', 200]]) {
    it(`with another byte in ${name} is no model, is not kept, and the next one is whole`, async () => {
      const page = await tab();
      hub.all = true;
      hub.rule = (_, nth, asked) => (asked === name ? { flip: flipped } : {});
      const { code, message } = await load(page, fromHub());
      assert.equal(code, 'IntegrityError');
      assert.ok(message.includes(name), message);
      assert.ok(!(await downloads(page)).some((file) => file.name === name));
      hub.rule = () => ({});
      assert.equal((await load(page, fromHub())).calls, 1);
      assert.deepEqual(hub.asked(name).map(({ range }) => range), [undefined, undefined]);
    });
  }

  it('from a server without ranges starts over', async () => {
    hub.rule = (_, nth) => (nth === 0 ? { cut: part() } : { whole: true });
    const page = await tab();
    assert.equal((await load(page, fromHub())).calls, 1);
    assert.deepEqual(ranges(), [undefined, `bytes=${part()}-`]);
    assert.deepEqual(hub.asked().map(({ status }) => status), [200, 200]);
    assert.equal((await weights(page)).bytes, hub.size);
  });

  it('of a file that changed on the server starts over', async () => {
    // Of the same origin the server is told what there is; another is compared.
    for (const [at, expected] of [[hub.origin, [200, 200]], [origin, [200, 206, 200]]]) {
      hub.log.length = 0;
      hub.rule = (_, nth) => (nth === 0 ? { etag: '"old"', flip: 1_000_000, cut: part() } : {});
      const page = await tab(at);
      const { name, calls } = await load(page, checked());
      assert.deepEqual({ name, calls }, { name: 'mine', calls: 1 });
      assert.deepEqual(hub.asked().map(({ status }) => status), expected);
      assert.equal(hub.asked()[1].ifRange, at === hub.origin ? '"old"' : undefined);
      await page.evaluate(() => autodidact.clearDownloads());
      assert.deepEqual(await downloads(page), []);
    }
  });

  it('is made once where two tabs ask at the same time', async () => {
    const [a, b] = [await tab(), await tab()];
    await begun(a, fromHub());
    const second = load(b, fromHub());
    await a.evaluate(() => new Promise((resolve) => setTimeout(resolve, 500)));
    hub.go();
    assert.equal((await a.evaluate(() => loading)).calls, 1);
    assert.equal((await second).calls, 1);
    assert.deepEqual(ranges(), [undefined]);
  });

  it('that does not fit keeps what there is, and goes on once there is room', async () => {
    const page = await tab();
    const cdp = await context.newCDPSession(page);
    const allow = (quotaSize) => cdp.send('Storage.overrideQuotaForOrigin', { origin, ...(quotaSize && { quotaSize }) });
    await allow(3_000_000);
    const { code, message } = await load(page, fromHub());
    assert.equal(code, 'QuotaExceeded', message);
    assert.match(message, /goes on from there/);
    const { bytes, complete } = await weights(page);
    assert.ok(bytes > 1_000_000 && bytes < 3_000_000 && !complete, `${bytes} bytes`);
    assert.equal((await load(page, fromHub())).code, 'QuotaExceeded');
    await allow();
    assert.equal((await load(page, fromHub())).calls, 1);
    assert.deepEqual(ranges(), [undefined, `bytes=${bytes}-`, `bytes=${bytes}-`]);
  });

  it('is checked too where the browser keeps no files', async () => {
    const page = await tab();
    const inMemory = () => page.evaluate((model) => {
      const lines = ['data:text/javascript,delete FileSystemFileHandle.prototype.createSyncAccessHandle', `${location.origin}/node_modules/autodidact/dist/worker.js`];
      const script = new Blob(lines.map((line) => `import '${line}';\n`), { type: 'text/javascript' });
      return load(model, { worker: () => new Worker(URL.createObjectURL(script), { type: 'module' }) });
    }, fromHub());
    hub.rule = (_, nth) => (nth === 0 ? { cut: part() } : {});
    assert.equal((await inMemory()).calls, 1);
    assert.deepEqual(ranges(), [undefined, `bytes=${part()}-`]);
    assert.deepEqual(await downloads(page), []);
    hub.rule = () => ({ flip: 1_000_000 });
    assert.equal((await inMemory()).code, 'IntegrityError');
  });
});

describe('files that are given one by one', () => {
  const failing = async (page, more) => (await load(page, { name: 'm', files: { ...checked().files, ...more } })).code;

  it('are refused where what is known of them is wrong, or they are too large', async () => {
    const page = await tab();
    const { url } = checked().files[WEIGHTS];
    assert.equal(await failing(page, { [WEIGHTS]: { url, sha256: '../x' } }), 'InvalidInput');
    assert.equal(await failing(page, { [WEIGHTS]: { url, bytes: 3_000_000_000 } }), 'UnsupportedModel');
    assert.equal(await failing(page, { [WEIGHTS]: { url: `${hub.origin}/none`, bytes: 1 } }), 'IoError');
    assert.deepEqual(hub.asked(), []);
    assert.equal(await failing(page, { [WEIGHTS]: { url, bytes: 1000 } }), 'IntegrityError');
    assert.equal((await load(page, { name: 'm', files: { ...checked().files, [WEIGHTS]: { url, bytes: hub.size } } })).calls, 1);
    assert.deepEqual(await downloads(page), []);
  });

  it('cannot be checked in an insecure page, which is told', async () => {
    const page = await tab(`http://${ELSEWHERE}:${hub.port}`);
    assert.equal(await page.evaluate(() => isSecureContext), false);
    assert.equal(await failing(page), 'ConfigError');
    assert.deepEqual(hub.asked(), []);
  });
});

describe('modelInfo', () => {
  // The program and the vocabulary, twice the bytes of two at 16 bits and a tenth more, and a text of 2048 tokens (9 layers,
  // 4 heads of 32) beside earlier prompts.
  const memory = (numbers = 4) => Math.round(60e6 + 300 * 4096 + (1.1 * numbers * hub.size) / 2 + 8 * 2048 * 9 * 4 * 32 + 64 * 2 ** 20);
  const info = (page, source) => page.evaluate((source) => autodidact.modelInfo(source).catch(({ code }) => code), source);

  it('says what a model takes, without its weights', async () => {
    const page = await tab();
    const ofHub = await info(page, fromHub());
    assert.equal(ofHub.name, ID);
    assert.equal(ofHub.memory, memory());
    assert.equal(ofHub.bytes, ofHub.files.reduce((sum, { bytes }) => sum + bytes, 0));
    assert.deepEqual(ofHub.files.find(({ name }) => name === WEIGHTS), { name: WEIGHTS, bytes: hub.size, sha256: hub.sha256 });
    assert.equal(ofHub.files.find(({ name }) => name === 'config.json').sha256, null);

    const unasked = ofHub.files.filter(({ name }) => [SPECIAL, CERTAINTY].includes(name)).reduce((sum, { bytes }) => sum + bytes, 0);
    const given = await info(page, checked());
    assert.deepEqual({ name: given.name, memory: given.memory }, { name: 'mine', memory: memory() });
    const plain = await info(page, `${hub.origin}/plain/`);
    assert.deepEqual({ name: plain.name, memory: plain.memory, bytes: plain.bytes }, { name: 'plain', memory: memory(), bytes: ofHub.bytes - unasked });
    assert.deepEqual(hub.asked(), []);

    const q4 = await page.evaluate((source) => autodidact.modelInfo(source, { dtype: 'q4' }), fromHub());
    assert.equal(q4.memory, memory(0.75));
    assert.equal(await info(page, `${hub.origin}/none/`), 'IoError');
    assert.equal(await info(page, { name: 'm', files: {} }), 'IoError');
    assert.equal(await page.evaluate((model) => autodidact.modelInfo(model, { signal: AbortSignal.abort() }).catch(({ code }) => code), fromHub()), 'AbortError');
    assert.deepEqual(await downloads(page), []);
  });

  it('looks into GGUF files: of a hub, at an address, and of the device', async () => {
    const page = await tab();
    const file = 'qwen2.gguf';
    const bytes = readFileSync(new URL(`../../tests/fixtures/gguf/${file}`, import.meta.url));
    hub.files = new Map([...hub.whole, [file, bytes], ['cut.gguf', bytes.subarray(0, 2000)]]);
    const ofHub = await info(page, fromHub({ file }));
    assert.deepEqual(ofHub.files.map(({ name, bytes }) => ({ name, bytes })), [{ name: file, bytes: bytes.length }]);
    assert.match(ofHub.files[0].sha256, /^[\da-f]{64}$/);
    const plain = await info(page, `${hub.origin}/plain/${file}`);
    assert.deepEqual([plain.name, plain.bytes, plain.memory], ['qwen2', bytes.length, ofHub.memory]);
    const ofDevice = await page.evaluate((bytes) => {
      const [url, size] = [URL.createObjectURL(new Blob([new Uint8Array(bytes)])), bytes.length];
      return autodidact.modelInfo({ name: 'mine', files: { 'x.gguf': { url, bytes: size } } });
    }, [...bytes]);
    assert.deepEqual([ofDevice.name, ofDevice.memory], ['mine', ofHub.memory]);
    assert.equal(await info(page, fromHub({ file: 'cut.gguf' })), 'IntegrityError');
    assert.deepEqual(await page.evaluate((model) => autodidact.ggufFiles(model), fromHub()), [{ name: file, bytes: bytes.length }, { name: 'cut.gguf', bytes: 2000 }]);
    assert.deepEqual(await downloads(page), []);
  });
});
