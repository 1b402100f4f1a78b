/**
 * The npm package as its users have it: a project outside of the repository installs the tarball, checks its types,
 * builds with Vite without configuration, and runs in a real browser. The projects are examples/vite-app and
 * examples/plain-page.
 *
 *   npm run build:package && npm run test:package
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { createServer } from 'vite';
import { TOOLS, bare, begin, end, ending, open, project, serve } from './installed.mjs';

before(begin);
after(end);

describe('a project with Vite and TypeScript', () => {
  let root;
  it('installs the tarball and checks its types, strictly', () => {
    root = project('vite-app');
    execFileSync(join(TOOLS, 'tsc'), ['--noEmit', '-p', root], { stdio: 'pipe' });
  });

  it('builds without configuration, asks, streams, cancels, calls a tool, learns, reloads and remembers', async () => {
    execFileSync(join(TOOLS, 'vite'), ['build', '--logLevel', 'error'], { cwd: root, stdio: 'pipe' });
    await works(await serve(root));
  });

  it('runs in the development server', async () => {
    const server = await createServer({ root, configFile: false, server: { port: 0, host: '127.0.0.1' }, logLevel: 'error' });
    ending(server);
    await server.listen();
    const origin = `http://127.0.0.1:${server.httpServer.address().port}`;
    const problems = [];
    const page = await open(origin, problems);
    await page.goto(`${origin}/?cpu`);
    await page.locator('#status', { hasText: 'Ready' }).waitFor();
    assert.deepEqual(problems, []);
    await page.context().close();
  });
});

async function works(origin) {
  const problems = [];
  const page = await open(origin, problems);
  await page.goto(`${origin}/?cpu`);
  const status = (text) => page.locator('#status', { hasText: text }).waitFor();
  const texts = (selector) => page.locator(selector).allInnerTexts();
  await status('Ready: seed on cpu');

  // Asks, streams the answer, and the tool runs.
  await page.click('#ask');
  await status('certainty');
  assert.match(await page.locator('#log').innerText(), /^base: /, 'nothing was streamed');
  assert.match(await page.locator('#status').innerText(), /^add_note/);
  assert.equal((await texts('#notes li')).length, 1);

  // Cancels.
  await page.check('#learn');
  await page.click('#ask');
  await page.locator('#log', { hasText: 'base' }).waitFor();
  await page.click('#stop');
  await status('Stopped.');
  assert.deepEqual(await texts('#adapters li'), []);

  // Learns: an example may be refused with one wording and not with another.
  for (const note of ['call Anna', 'buy bread', 'water the plants', 'pay rent']) {
    await page.fill('#task', `Add a note saying ${note}`);
    await page.click('#ask');
    await status('certainty');
    if ((await texts('#adapters li')).length > 0) break;
  }
  assert.match((await texts('#adapters li')).join(), /^notes: \d+ steps/);
  const kept = await texts('#notes li');

  // Reloads, remembers what it learned, and uses it.
  await page.reload();
  await status('Ready');
  assert.deepEqual(await texts('#notes li'), kept);
  assert.match((await texts('#adapters li')).join(), /^notes/);
  await page.fill('#task', 'Add a note saying water the flowers');
  await page.click('#ask');
  await status('certainty');
  assert.equal((await texts('#notes li')).length, kept.length + 1);
  assert.deepEqual(problems, []);
  await page.context().close();
}

describe('a page without a bundler', () => {
  it('has an error with a code for what goes wrong, and can be made anew after it', async () => {
    const page = await bare();
    const codes = await page.evaluate(async () => {
      const codes = {};
      const failing = async (what, work) => {
        codes[what] = await Promise.resolve().then(work).then(() => 'nothing', (error) => error.code ?? String(error));
      };
      await failing('a worker that is not there', () => make({ worker: () => new Worker('/nothing.js', { type: 'module' }) }));
      await failing('a model that is not there', () => make({ model: '/nothing/' }));
      await failing('no GPU', () => make({ backend: 'webgpu' }));
      const stopped = AbortSignal.abort();
      await failing('stopped before the start', () => make({ signal: stopped }));
      await failing('a worker that was asked before it has an agent', () => new Promise((_, reject) => {
        const worker = new Worker('/node_modules/autodidact/dist/worker.js', { type: 'module' });
        worker.onmessage = ({ data }) => (worker.terminate(), reject(data.error));
        worker.postMessage({ id: 1, method: 'ask', params: [{ query: task, tools }, {}], hasCallback: true });
      }));

      const agent = await make({ tools });
      const first = agent.ask(task, { learn: 'always' });
      await failing('two at once', () => agent.ask(task));
      await first;
      await failing('stopped', () => agent.ask(task, { signal: stopped }));
      const stop = new AbortController();
      await failing('stopped on the way', () => agent.ask(task, { signal: stop.signal, onEvent: () => stop.abort() }));
      await failing('a review that throws', () => agent.ask(task, { learn: 'always', review: () => { throw new Error('not now'); } }));
      await failing('no task', () => agent.ask(''));
      await failing('an option that there is not', () => agent.ask(task, { threshold: 1 }));
      await failing('a threshold that is none', () => agent.ask(task, { learn: { below: 2 } }));
      await failing('no such adapter', () => agent.ask(task, { adapter: 'none' }));
      await failing('no zip', () => agent.adapters.import('wrong', new Uint8Array([1, 2, 3])));
      const json_schema = { schema: { type: 'string', enum: [1] } };
      const messages = [{ role: 'user', content: task }];
      await failing('a schema that nothing fits', () => agent.chat.completions.create({ messages, response_format: { type: 'json_schema', json_schema } }));
      await failing('arguments that are no JSON', () => agent.chat.completions.create({
        messages: [...messages, { role: 'assistant', tool_calls: [{ id: '1', type: 'function', function: { name: 'set_timer', arguments: '{' } }] }],
      }));

      // One by one: the score, the examples, the training on a person's example, in turn with what is kept.
      let changes = 0;
      const end = agent.adapters.subscribe(() => changes++);
      const { certainty, candidates, unsure } = await agent.score(task);
      const { requested } = await agent.synthesize(task);
      const kept = await agent.adapt(task, [{ query: '9 minutes', calls: [{ name: 'set_timer', arguments: { minutes: 9 } }] }], { keep: 'mine' });
      const { adapters: bytes, quota } = await agent.adapters.storage();
      const steps = { certainty, candidates: candidates.length, unsure, requested, kept: kept.name, counted: bytes === kept.bytes, quota: quota > 0 };
      await agent.adapters.rename('mine', 'yours');
      await agent.adapters.delete('yours');
      end();

      agent.dispose();
      await failing('after the end', () => agent.ask(task));
      const again = await make({ tools });
      await again.ask(task);
      again.dispose();
      return { codes, steps, changes };
    });
    assert.deepEqual(codes.codes, {
      'a worker that is not there': 'WorkerFailed',
      'a model that is not there': 'IoError',
      'no GPU': 'WebGPUNotAvailable',
      'stopped before the start': 'AbortError',
      'a worker that was asked before it has an agent': 'NotReady',
      'two at once': 'Busy',
      'stopped': 'AbortError',
      'stopped on the way': 'AbortError',
      'a review that throws': 'Unexpected',
      'no task': 'InvalidInput',
      'an option that there is not': 'InvalidInput',
      'a threshold that is none': 'InvalidInput',
      'no such adapter': 'AdapterNotFound',
      'no zip': 'IntegrityError',
      'a schema that nothing fits': 'GrammarError',
      'arguments that are no JSON': 'InvalidInput',
      'after the end': 'AbortError',
    });
    assert.ok(codes.steps.certainty > 0 && codes.steps.certainty <= 1);
    assert.deepEqual({ ...codes.steps, certainty: 0 }, {
      certainty: 0, candidates: 2, unsure: codes.steps.certainty < 0.95, requested: 1, kept: 'mine', counted: true, quota: true,
    });
    assert.equal(codes.changes, 3);
    await page.context().close();
  });

  it('runs tools step by step, and asks before those that want it', async () => {
    const page = await bare();
    const outcome = await page.evaluate(async () => {
      const [set_timer] = tools;
      const asked = [];
      const agent = await make({ confirm: (call) => asked.push(call.name) < 0 });
      const statuses = async (tool, maxSteps) => {
        const { results, final } = await agent.ask(task, { tools: [{ ...set_timer, ...tool }], decide: false, learn: 'never', search: false, maxSteps });
        return [results.map((step) => step.map(({ status, value, error }) => [status, value ?? error ?? null])), final.error ?? null];
      };
      const outcome = {
        none: await statuses({}),
        done: await statuses({ run: ({ minutes }) => minutes * 60 }),
        failed: await statuses({ run: () => { throw new Error('the bell is broken'); } }),
        refused: await statuses({ run: () => 1, confirm: true }),
        allowed: await statuses({ run: () => 'rings', confirm: () => true }),
        off: await statuses({ run: () => 1 }, 0),
        steps: (await statuses({ run: () => 'the timer is set' }, 3))[0].length,
        asked,
      };
      // Stopped while somebody is asked: not executed, whatever the answer.
      const stop = new AbortController();
      let ran = false;
      const asking = { ...set_timer, run: () => (ran = true), confirm: (_, { signal }) => (stop.abort(), signal.aborted) };
      outcome.stopped = await agent.ask(task, { tools: [asking], decide: false, learn: 'never', signal: stop.signal }).then(() => 'nothing', ({ code }) => code);
      outcome.ran = ran;
      agent.dispose();
      return outcome;
    });
    const one = (status, value = null) => [[[[status, value]]], null];
    assert.deepEqual(outcome.none, [[], null]);
    assert.deepEqual(outcome.done, one('done', 300));
    assert.deepEqual(outcome.failed, one('failed', 'the bell is broken'));
    assert.deepEqual(outcome.refused, one('refused'));
    assert.deepEqual(outcome.allowed, one('done', 'rings'));
    assert.deepEqual(outcome.off, [[], null]);
    assert.deepEqual([outcome.stopped, outcome.ran], ['AbortError', false]);
    assert.ok(outcome.steps >= 1 && outcome.steps <= 3);
    assert.deepEqual(outcome.asked, ['set_timer']);
    await page.context().close();
  });

  it('learns while nobody waits, and gives way to who does', async () => {
    const page = await bare();
    const outcome = await page.evaluate(async () => {
      const outcomes = [];
      const heard = () => new Promise((resolve) => (globalThis.tell = resolve));
      const onLearned = (outcome) => (outcomes.push(outcome.error?.code ?? (outcome.trace.training ? 'learned' : 'no example')), tell());
      const agent = await make({ tools, idleAfter: 200, onLearned });
      const ask = (task, more) => agent.ask(task, { learn: 'always', when: 'idle', keep: 'idle', ...more });

      const unnamed = await ask('Set a timer for 5 minutes', { keep: undefined }).result.catch(({ code }) => code);
      let told = heard();
      const { training, uncertainty } = await ask('Set a timer for 5 minutes');
      const pending = [agent.pending];
      await told;
      pending.push(agent.pending);

      // A job that is long enough to be stopped, and a question in its middle.
      told = heard();
      await ask('Set a timer for 7 minutes', { adaptation: { steps: 300 } });
      await new Promise((resolve) => setTimeout(resolve, 1500));
      const waited = await agent.ask('Set a timer for 8 minutes', { learn: 'never' });
      pending.push(agent.pending, outcomes.length);
      agent.dispose();
      return { unnamed, training, unsure: uncertainty.unsure, pending, outcomes, never: waited.training };
    });
    assert.equal(outcome.unnamed, 'InvalidInput');
    assert.deepEqual([outcome.training, outcome.unsure], [null, true], 'it says that it is unsure, and does not learn yet');
    assert.equal(outcome.never, null);
    assert.match(outcome.outcomes[0], /^(learned|no example)$/);
    assert.deepEqual(outcome.pending, [1, 0, 1, 1], 'the job that was stopped waits again');
    await page.context().close();
  });

  it('completes chats in OpenAI’s shape, and JSON that fits a schema, under the policy that is documented', async () => {
    const policy = readFileSync(new URL('../package/README.md', import.meta.url), 'utf8').match(/^ {4}Content-Security-Policy: (.*)$/m)?.[1];
    assert.match(policy ?? '', /^default-src 'none'; /);
    const origin = await serve(project('plain-page'), '.', { 'Content-Security-Policy': policy });
    const problems = [];
    const page = await open(origin, problems);
    await page.goto(`${origin}/?cpu`);
    await page.locator('body[data-state="done"]').waitFor();
    const text = await page.locator('#out').innerText();
    const [completion, json] = text.split('\n\n');
    const { choices, usage, object } = JSON.parse(completion);
    assert.equal(object, 'chat.completion');
    assert.equal(choices[0].finish_reason, 'tool_calls');
    assert.deepEqual(JSON.parse(choices[0].message.tool_calls[0].function.arguments), { minutes: 5 });
    assert.equal(usage.total_tokens, usage.prompt_tokens + usage.completion_tokens);
    assert.equal(typeof JSON.parse(json).minutes, 'number');
    assert.deepEqual(problems, []);
    await page.context().close();
  });
});
