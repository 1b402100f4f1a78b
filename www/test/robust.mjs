/**
 * The npm package where things go wrong: several tabs at once, tabs that are closed at a bad moment, a download that is
 * cut. A lost device is in tests/web_lost.rs, a full store in tests/web_storage.rs.
 */
import assert from 'node:assert/strict';
import { createReadStream, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { bare, begin, end, newContext, open, project, serve } from './installed.mjs';

let origin;

before(async () => {
  await begin();
  origin = await serve(project('plain-page'), '.');
});
after(end);

/** A tab with a loaded agent as `agent`, and what the tests learn as `learn`. */
async function tab(context) {
  const page = await bare(context, origin);
  await page.evaluate(async () => {
    globalThis.agent = await make({ tools });
    globalThis.changes = 0;
    agent.adapters.subscribe(() => changes++);
    globalThis.learn = (keep, more = {}) =>
      agent.adapt(task, [{ query: '9 minutes', calls: [{ name: 'set_timer', arguments: { minutes: 9 } }] }], { keep, ...more });
  });
  return page;
}

const names = (page) => page.evaluate(async () => (await agent.adapters.list()).map(({ name, steps }) => `${name}: ${steps}`));

describe('two tabs', () => {
  it('take turns when they write an adapter, and hear of it', async () => {
    const context = await newContext();
    const [a, b] = [await tab(context), await tab(context)];
    // One holds the adapter's lock, as it does while it learns: the other waits.
    await a.evaluate(() => {
      globalThis.held = new Promise((free) => (globalThis.free = free));
      return new Promise((taken) => void navigator.locks.request('autodidact:autodidact:one', () => (taken(), held)));
    });
    await b.evaluate(() => void (globalThis.learning = learn('one').then(() => 'learned')));
    const soon = () => b.evaluate(() => Promise.race([learning, new Promise((resolve) => setTimeout(resolve, 1500, 'waits'))]));
    assert.equal(await soon(), 'waits');
    // Another name is nobody's.
    assert.equal(await a.evaluate(async () => (await learn('two')).name), 'two');
    await a.evaluate(() => free());
    assert.equal(await b.evaluate(() => learning), 'learned');
    assert.deepEqual((await names(a)).sort(), ['one: 2', 'two: 2']);
    assert.deepEqual([await a.evaluate(() => changes), await b.evaluate(() => changes)], [2, 2]);

    // Who comes second finds the name taken, and what is there stays.
    const race = await Promise.all([a, b].map((page, i) => page.evaluate((steps) => learn('three', { adaptation: { steps } }).then(() => 'kept', ({ code }) => code), i + 3)));
    assert.deepEqual([...race].sort(), ['InvalidInput', 'kept']);
    assert.equal((await names(b)).filter((name) => name.startsWith('three')).length, 1);
    await context.close();
  });
});

describe('a tab that is closed', () => {
  it('in the middle of its training leaves the store as it was, and holds nobody up', async () => {
    const context = await newContext();
    const [a, b] = [await tab(context), await tab(context)];
    await a.evaluate(async () => void (await learn('kept', { adaptation: { steps: 3 } })));
    await b.evaluate(async () => {
      const run = learn('kept', { adaptation: { steps: 5000 }, replace: true });
      for await (const event of run) if (event.type === 'train' && event.step > 1) break;
      globalThis.running = run;
    });
    await b.close();
    assert.deepEqual(await names(a), ['kept: 3']);
    assert.equal(await a.evaluate(async () => (await learn('kept', { adaptation: { steps: 4 }, replace: true })).steps), 4);
    assert.deepEqual(await names(a), ['kept: 4']);
    await context.close();
  });

  it('while it writes leaves the old adapter or the new one, whole', async () => {
    const context = await newContext();
    const a = await tab(context);
    await a.evaluate(async () => void (await learn('kept', { adaptation: { steps: 3 } })));
    for (const steps of [4, 6]) {
      const b = await tab(context);
      await b.evaluate((steps) => {
        const run = learn('kept', { adaptation: { steps }, replace: true });
        return new Promise((resolve) => void (async () => {
          for await (const event of run) if (event.type === 'train' && event.step === steps) resolve();
        })());
      }, steps);
      await b.close({ runBeforeUnload: false });
      const [name] = await names(a);
      assert.ok(['kept: 3', 'kept: 4', `kept: ${steps}`].includes(name), name);
      // Its hash is checked on the way out.
      assert.ok((await a.evaluate(async () => (await agent.adapters.export('kept')).length)) > 1000);
    }
    await context.close();
  });
});

describe('a download', () => {
  it('that is cut is asked for once more, past the cache; cut again it is no model, and the next one is', async () => {
    const folder = join(project('plain-page'), 'node_modules/autodidact/model');
    let cuts = 1;
    let asked = [];
    const server = createServer((request, response) => {
      const path = join(folder, new URL(request.url, 'http://x').pathname.replace('/model/', ''));
      const stat = statSync(path, { throwIfNoEntry: false });
      response.setHeader('Access-Control-Allow-Origin', '*');
      if (!stat) return response.writeHead(404).end();
      response.setHeader('Content-Length', stat.size);
      const isWeights = path.endsWith('.safetensors');
      if (isWeights) asked.push(request.headers['cache-control']);
      const isCut = isWeights && cuts-- > 0;
      const file = createReadStream(path, isCut ? { end: stat.size / 2 } : {});
      file.on('end', () => isCut && setTimeout(() => response.destroy(), 200));
      file.pipe(response, { end: !isCut });
    });
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    const model = `http://127.0.0.1:${server.address().port}/model/`;
    const page = await open(origin);
    await page.goto(`${origin}/package.json`);
    const load = () => page.evaluate(async (model) => {
      const { createAgent } = await import('/node_modules/autodidact/dist/index.js');
      return createAgent({ model, backend: 'cpu' }).then((agent) => agent.report.model.name, ({ code }) => code);
    }, model);
    assert.equal(await load(), 'model');
    assert.deepEqual(asked, [undefined, 'no-cache']);
    [cuts, asked] = [2, []];
    assert.match(await load(), /^(IoError|IntegrityError)$/);
    assert.equal(asked.length, 2);
    assert.equal(await load(), 'model');
    await page.context().close();
    await new Promise((resolve) => server.close(resolve));
  });
});
