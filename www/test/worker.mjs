/** The worker with the client, in one thread, around an agent that computes nothing. `npm run test:tools`. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createServer } from 'vite';

let server;
let client;

/** The wasm package as the worker sees it. */
const wasm = `
  export default async () => {};
  export const parseTools = (json) => JSON.parse(json);
  export class Agent {
    static create = async ({ model }, onEvent) => (onEvent({ type: 'phase', phase: 'load' }), Object.assign(new Agent(), { model }));
    report() { return { model: { name: this.model } }; }
    async distill(task, options, complete) {
      const texts = await Promise.all([complete({ prompt: 'a' }), complete({ prompt: 'b' })]);
      return { task, options, texts };
    }
    async ask(task, options, onEvent) {
      onEvent({ type: 'phase', phase: 'answer' });
      await new Promise((_, reject) => (this.fail = reject));
    }
    cancel() { this.fail(Object.assign(new Error('canceled'), { name: 'AbortError', code: 'AbortError' })); }
    async rollBack(cluster) { return cluster === 'known' ? 'known.v1' : null; }
    async forget() {}
  }`;

before(async () => {
  const stub = {
    name: 'stub',
    enforce: 'pre',
    resolveId: (id) => (id.endsWith('/wasm/autodidact.js') ? '\0wasm' : null),
    load: (id) => (id === '\0wasm' ? wasm : null),
  };
  server = await createServer({
    root: fileURLToPath(new URL('..', import.meta.url)), configFile: false, plugins: [stub], appType: 'custom',
    server: { middlewareMode: true, ws: false, watch: null }, optimizeDeps: { noDiscovery: true }, logLevel: 'error',
  });
  // Messages are copied and come later, as between threads.
  const send = (to, message) => queueMicrotask(() => to().onmessage({ data: structuredClone(message) }));
  const page = { postMessage: (message) => send(() => self, message), terminate() {} };
  globalThis.self = { addEventListener() {}, postMessage: (reply) => send(() => page, reply) };
  await server.ssrLoadModule('/package/src/worker.ts');
  const { AgentClient } = await server.ssrLoadModule('/package/src/client.ts');
  client = new AgentClient(page);
});
after(() => server?.close());

const code = (work) => Promise.resolve(work).then(() => 'none', (error) => error.code);

describe('the worker', () => {
  it('reads tools before there is an agent, and nothing else', async () => {
    assert.deepEqual(await client.call('parseTools', ['[1]']), [1]);
    assert.equal(await code(client.call('listAdapters', [])), 'NotReady');
  });

  it('makes the agent, and passes its events on', async () => {
    const events = [];
    const report = await client.call('create', [{ model: 'nowhere' }, (event) => events.push(event)]);
    assert.deepEqual([report, events], [{ model: { name: 'nowhere' } }, [{ type: 'phase', phase: 'load' }]]);
  });

  it('calls any method of the agent, and says so where there is none', async () => {
    assert.equal(await client.call('rollBack', ['known']), 'known.v1');
    assert.equal(await client.call('rollBack', ['other']), null);
    assert.equal(await client.call('forget', ['known']), undefined);
    assert.equal(await code(client.call('fly', [])), 'InvalidInput');
  });

  it('puts questions to the page, and waits for each answer', async () => {
    const asked = [];
    const complete = async ({ prompt }) => (asked.push(prompt), `${prompt}!`);
    const outcome = await client.call('distill', ['task', { seed: 1 }, complete]);
    assert.deepEqual(outcome, { task: 'task', options: { seed: 1 }, texts: ['a!', 'b!'] });
    assert.deepEqual(asked, ['a', 'b']);
    const refused = client.call('distill', ['task', {}, () => Promise.reject(new Error('no consent'))]);
    await assert.rejects(Promise.resolve(refused), /no consent/);
  });

  it('stops the call that runs', async () => {
    const stop = new AbortController();
    const call = client.call('ask', [{}, {}, () => stop.abort()], stop.signal);
    assert.equal(await code(call), 'AbortError');
  });
});
