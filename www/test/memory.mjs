/**
 * The agent's memory, the user as its teacher, and a teacher beyond the tab, in the package as its users have it and a
 * real browser.
 *
 *   npm run build:package && npm run test:package
 */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { bare, begin, end, ending, newContext, project, serve } from './installed.mjs';

before(begin);
after(end);

describe('the memory', () => {
  it('keeps what a user taught over a reload, uses it, takes it back, and deletes lessons', async () => {
    const context = await newContext();
    const origin = await serve(project('plain-page'), '.');
    let page = await bare(context, origin);
    const lesson = { query: 'Wake me up in a quarter of an hour', calls: [{ name: 'set_timer', arguments: { minutes: 15 } }] };
    const taught = await page.evaluate(async ({ query, calls }) => {
      let changes = 0;
      const agent = await make({ tools, defaults: { memory: 'keep' } });
      agent.adapters.subscribe(() => changes++);
      const steps = [];
      const onEvent = (event) => event.type === 'train' && steps.push(event.step);
      const { adapter, gate, note } = await agent.feedback(query, { verdict: 'right', calls }, { onEvent });
      const without = await agent.feedback(query, { verdict: 'right', calls }, { memory: 'reset' }).result.catch(({ code }) => code);
      agent.dispose();
      return { adapter, gate, note, steps: steps.length, changes, without };
    }, lesson);
    assert.ok(taught.gate.passed, taught.note);
    assert.equal(taught.adapter.memory.version, 1);
    assert.deepEqual(taught.adapter.lessons.map(({ query, calls, source }) => ({ query, calls, source })), [{ ...lesson, source: 'user' }]);
    assert.equal(taught.steps, taught.adapter.steps);
    assert.equal(taught.changes, 1);
    assert.equal(taught.without, 'InvalidInput');

    await page.close();
    page = await bare(context, origin);
    const after = await page.evaluate(async ({ query }) => {
      const agent = await make({ tools });
      const ask = (memory) => agent.ask(query, { memory, learn: 'never', search: false });
      const [kept, reset] = [await ask('keep'), await ask('reset')];
      const both = await agent.ask(query, { memory: 'keep', keep: 'mine' }).result.catch(({ code }) => code);
      const wrong = await agent.feedback(query, { verdict: 'wrong' }, { memory: { mode: 'keep' } });
      const left = (await agent.adapters.list()).length;
      agent.dispose();
      return { calls: kept.answer.calls, recalled: kept.recalled, reset: reset.recalled ?? null, both, wrong, left };
    }, lesson);
    assert.deepEqual(after.calls, lesson.calls);
    assert.ok(after.recalled.gate.passed && after.recalled.similarity === 1);
    assert.equal(after.reset, null);
    assert.equal(after.both, 'InvalidInput');
    assert.equal(after.wrong.rolledBack, taught.adapter.name);
    assert.equal(after.left, 0);

    const session = await page.evaluate(async ({ query, calls }) => {
      const agent = await make({ tools, defaults: { memory: 'session' } });
      const first = await agent.feedback(query, { verdict: 'right', calls });
      const second = await agent.feedback('Wake me up in half an hour', { verdict: 'right', calls: [{ ...calls[0], arguments: { minutes: 30 } }] });
      const unlearned = await agent.unlearn(second.adapter.name, second.adapter.lessons.length - 1);
      const { cluster } = first.adapter.memory;
      await agent.adapters.forget(cluster).catch(() => {});
      const unknown = await agent.adapters.rollBack(cluster).catch(({ code }) => code);
      const next = await make({ tools, defaults: { memory: 'session' } });
      const { recalled } = await next.ask(query, { learn: 'never', search: false });
      agent.dispose();
      next.dispose();
      return { unlearned, unknown, other: recalled ?? null };
    }, lesson);
    assert.equal(session.unknown, 'AdapterNotFound');
    assert.equal(session.other, null, 'a session is one agent’s');
    assert.ok(session.unlearned.training || session.unlearned.adapter === null);
    await context.close();
  });
});

describe('an unsure agent', () => {
  it('asks itself with the tools in other orders first, and says how unsure it is where it does not learn', async () => {
    const page = await bare();
    const seen = await page.evaluate(async () => {
      const weather = { name: 'get_weather', description: 'Get the weather', parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] } };
      const agent = await make({ tools: [...tools, weather] });
      const phases = [];
      const onEvent = (event) => event.type === 'phase' && phases.push(event.phase);
      // It learns later, in an agent that has ended then.
      const later = { when: 'idle', keep: 'later' };
      const unsure = await agent.ask(task, { decide: false, orders: 4, learn: { below: 1 }, onEvent, ...later });
      const found = await agent.ask(task, { learn: { share: 1 }, ...later });
      const never = await agent.ask(task, { learn: 'never' });
      const scored = await agent.score(task, { learn: { below: 0.5 } });
      const wrong = await agent.ask(task, { orders: 17 }).result.catch(({ code }) => code);
      agent.dispose();
      return { unsure, phases, found, never, scored, wrong };
    });
    const { orders, uncertainty, training, synthesis } = seen.unsure;
    assert.deepEqual([orders.asked, orders.accepted, orders.menu.toSorted()], [4, false, ['get_weather', 'set_timer']]);
    assert.deepEqual([uncertainty.unsure, uncertainty.threshold, training, synthesis], [true, 1, null, null]);
    assert.deepEqual(seen.phases, ['answer', 'score', 'search', 'reorder', 'restore']);
    assert.equal(seen.found.uncertainty.threshold, Math.fround(0.95), 'too few tasks were seen to find one');
    assert.equal(seen.found.orders, undefined);
    assert.deepEqual([seen.never.training, seen.never.synthesis, seen.never.uncertainty.threshold], [null, null, Math.fround(0.95)]);
    assert.equal(seen.never.uncertainty.unsure, seen.never.uncertainty.certainty < Math.fround(0.95));
    assert.deepEqual([seen.scored.threshold, seen.scored.unsure], [0.5, seen.scored.certainty < 0.5]);
    assert.equal(seen.wrong, 'InvalidInput');
    await page.context().close();
  });
});

describe('a review of the examples', () => {
  it('decides what is learned, and comes before all of it', async () => {
    const page = await bare();
    const seen = await page.evaluate(async () => {
      const agent = await make({ tools });
      const task = 'Set a timer for 7 minutes';
      const ask = async (choose, options = {}) => {
        const order = [];
        const review = (examples) => (order.push('review'), (order.shown = examples), choose(examples));
        const onEvent = ({ type }) => (type === 'pair' || type === 'train') && order.at(-1) !== type && order.push(type);
        const trace = await agent.ask(task, { decide: false, learn: { below: 1 }, synthesis: { pairs: 2 }, review, onEvent, ...options });
        return { order: [...order], shown: order.shown, trace };
      };
      const none = await ask(() => []);
      const mended = await ask(([first]) => [{ ...first, query: `${first.query}, please` }], { keep: 'mine' });
      const sure = await ask((all) => all, { learn: { below: 0.01 } });
      const failed = await agent.ask(task, { learn: 'always', review: () => Promise.reject(new Error('no')) }).result.catch(({ message }) => message);
      const stop = new AbortController();
      const waits = agent.ask(task, { learn: 'always', signal: stop.signal, review: () => (setTimeout(() => stop.abort()), new Promise(() => {})) });
      const stopped = await waits.result.catch(({ code }) => code);
      const idle = await agent.ask(task, { when: 'idle', keep: 'x', review: (all) => all }).result.catch(({ code }) => code);
      const [kept] = await agent.adapters.list();
      agent.dispose();
      return { none, mended, sure, failed, stopped, idle, kept };
    });
    assert.deepEqual(seen.none.order, ['pair', 'review']);
    assert.ok(seen.none.shown.length > 0);
    assert.deepEqual([seen.none.trace.training, seen.none.trace.adapted, seen.none.trace.uncertainty.unsure], [null, false, true]);
    assert.equal(seen.none.trace.uncertainty.threshold, 1);
    assert.equal(seen.mended.trace.uncertainty.threshold, 1, 'the user’s own');
    assert.match(seen.none.trace.note, /none of the examples was accepted/);
    assert.deepEqual(seen.mended.order, ['pair', 'review', 'train']);
    const query = `${seen.mended.shown[0].query}, please`;
    assert.deepEqual(seen.mended.trace.synthesis.pairs.map((pair) => pair.query), [query]);
    assert.deepEqual(seen.kept.lessons.map((lesson) => [lesson.query, lesson.source]), [[query, 'synthetic']]);
    assert.deepEqual(seen.sure.order, []);
    assert.deepEqual([seen.failed, seen.stopped, seen.idle], ['no', 'AbortError', 'InvalidInput']);
  });
});

/** A server of another origin that speaks OpenAI's chat completions, and notes what it is sent. */
async function startTeacher(reply) {
  const sent = [];
  const server = createServer(async (request, response) => {
    response.setHeader('Access-Control-Allow-Origin', '*').setHeader('Access-Control-Allow-Headers', 'authorization, content-type');
    if (request.method === 'OPTIONS') return void response.writeHead(204).end();
    const body = Buffer.concat(await request.toArray()).toString();
    sent.push({ path: request.url, key: request.headers.authorization, body: JSON.parse(body) });
    const { status, json } = reply();
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(json));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  ending(server);
  return { url: `http://127.0.0.1:${server.address().port}/v1/`, sent };
}

describe('a teacher beyond the tab', () => {
  it('is asked with consent alone, and what it writes is checked and learned', async () => {
    const page = await bare();
    const good = JSON.stringify({ query: 'Set a timer for 9 minutes', calls: [{ name: 'set_timer', arguments: { minutes: 9 } }] });
    let reply = { status: 200, json: { choices: [{ message: { content: good } }] } };
    const { url, sent } = await startTeacher(() => reply);
    const ask = (allowed, learn = 'always') => page.evaluate(async ({ allowed, learn, url }) => {
      const shown = [];
      const teacher = {
        url, model: 'big', apiKey: 'secret',
        consent: (request, url) => (shown.push({ request, url }), allowed),
      };
      const agent = await make({ tools });
      const trace = await agent.ask('Set a timer for 7 minutes', { teacher, learn });
      agent.dispose();
      return { shown, trace };
    }, { allowed, learn, url });

    const sure = await ask(true, { below: 0.01 });
    assert.deepEqual([sure.shown.length, sent.length], [0, 0], 'a sure agent asks nobody');

    const refused = await ask(false);
    assert.ok(refused.shown.length > 0 && sent.length === 0, 'nothing leaves the tab without consent');
    assert.match(refused.trace.note, /not allowed/);
    assert.equal(refused.trace.training, null);

    const allowed = await ask(true);
    assert.deepEqual(allowed.trace.synthesis.pairs.map(({ query }) => query), ['Set a timer for 9 minutes']);
    assert.ok(allowed.trace.training && allowed.trace.adapted && allowed.trace.uncertainty.unsure);
    assert.equal(sent.length, 1);
    assert.equal(sent[0].path, '/v1/chat/completions');
    assert.equal(sent[0].key, 'Bearer secret');
    assert.equal(sent[0].body.messages[0].content, allowed.shown[0].request.prompt, 'what was shown is what was sent');
    assert.ok(sent[0].body.messages[0].content.includes('Set a timer for 7 minutes'));

    reply = { status: 200, json: { choices: [{ message: { content: 'I do not know.' } }] } };
    assert.match((await ask(true)).trace.note, /no valid example/);
    reply = { status: 503, json: 'busy' };
    const failed = await ask(true);
    assert.match(failed.trace.note, /503/);
    assert.ok(failed.trace.answer.calls.length > 0, 'the first answer stands');

    const local = await page.evaluate(async () => {
      const [agent, other] = [await make({ tools }), await make({ tools })];
      const trace = await agent.ask('Set a timer for 7 minutes', { teacher: { agent: other }, learn: 'always' });
      agent.dispose();
      other.dispose();
      return trace;
    });
    assert.equal(local.synthesis.requested, 1);
    assert.equal(local.training !== null, local.synthesis.valid > 0);
    await page.context().close();
  });
});
