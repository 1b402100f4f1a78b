/**
 * The package without a browser: how calls cross to a worker, and what the agent asks of it. The worker here computes
 * nothing: it notes each call and answers as it is told. `npm run test:tools`.
 */
import assert from 'node:assert/strict';
import { afterEach, before, beforeEach, describe, it } from 'node:test';
import { modules } from '../../crates/autodidact-lab/generators/page-requests/modules.mjs';

const tools = [{ name: 'set_timer', description: 'Set a timer', parameters: { type: 'object' } }];
const pair = { query: 'Set a timer for 9 minutes', calls: [{ name: 'set_timer', arguments: { minutes: 9 } }] };
const answer = { text: 'No tool fits this.', calls: [] };

let createAgent;
let AgentClient;
let worker;
let agent;

before(async () => {
  [{ createAgent }, { AgentClient }] = await modules('/package/src/agent.ts', '/package/src/client.ts');
});
beforeEach(() => {
  worker = new NotingWorker();
});
// A channel that stays open would keep the tests from ending.
afterEach(() => agent?.dispose());

/** `answers` has what a method gives, or a function of its parameters and of what calls its callback. */
class NotingWorker {
  calls = [];
  replies = [];
  ended = false;
  answers = {
    create: { backend: { kind: 'cpu' }, model: { name: 'none' } },
    ask: (_, options) => trace(options.learn === 'always'),
    synthesize: { requested: 1, valid: 1, rejected: {}, pairs: [pair] },
    listAdapters: [],
    cancel: null,
  };

  postMessage(message) {
    const data = structuredClone(message);
    if ('question' in data) return void this.replies.push(data);
    this.calls.push(data);
    queueMicrotask(() => this.#answer(data));
  }

  terminate() {
    this.ended = true;
  }

  tell(reply) {
    if (!this.ended) this.onmessage({ data: structuredClone(reply) });
  }

  /** The options of each question, in order. */
  get asked() {
    return this.calls.filter(({ method }) => method === 'ask').map(({ params }) => params[1]);
  }

  async #answer({ id, method, params, hasCallback }) {
    const given = this.answers[method];
    const tell = (reply) => this.tell({ id, ...reply });
    try {
      const result = await (typeof given === 'function' ? given(...params, ...(hasCallback ? [tell] : [])) : given);
      if (result !== undefined) tell({ result });
    } catch ({ name, code, message }) {
      tell({ error: { name, code, message } });
    }
  }
}

const acting = ({ calls }) => (calls.length > 0 ? { kind: 'act', calls } : { kind: 'decline' });
const trace = (unsure) => ({
  uncertainty: { certainty: 0.5, threshold: 0.7, unsure }, answer, baseAnswer: answer, training: null, note: null,
  decision: unsure ? { kind: 'clarify', question: { text: 'Which?' } } : acting(answer),
});
const never = () => new Promise(() => {});
const make = async (options) => (agent = await createAgent({ model: 'nowhere', worker, tools, ...options }));
const failing = (work) => Promise.resolve(work).then(() => assert.fail('it succeeded'), (error) => error);

describe('a call of the worker', () => {
  it('crosses with its parameters, and any method does', async () => {
    worker.answers.later = 'a method that was added later';
    const client = new AgentClient(worker);
    assert.equal(await client.call('later', [1, { two: 2 }]), 'a method that was added later');
    const { method, params, hasCallback } = worker.calls[0];
    assert.deepEqual({ method, params, hasCallback }, { method: 'later', params: [1, { two: 2 }], hasCallback: false });
  });

  it('tells its callback of events, in order, and not after its end', async () => {
    let tell;
    worker.answers.ask = (_, __, given) => ((tell = given), tell({ event: 1 }), tell({ event: 2 }), 'done');
    const client = new AgentClient(worker);
    const events = [];
    assert.equal(await client.call('ask', [{}, {}, (event) => events.push(event)]), 'done');
    tell({ event: 3 });
    assert.deepEqual(events, [1, 2]);
    assert.deepEqual(worker.calls[0].params, [{}, {}]);
    assert.equal(worker.calls[0].hasCallback, true);
  });

  it('asks its callback, and hears the answer or why there is none', async () => {
    const ask = (question) => new Promise((resolve) => {
      worker.answers.distill = (_, __, tell) => (tell({ event: { prompt: 'p' }, question }), setTimeout(resolve, 10), null);
    });
    const client = new AgentClient(worker);
    let answered = ask(4);
    await client.call('distill', [{}, {}, async ({ prompt }) => `${prompt}, answered`]);
    await answered;
    answered = ask(5);
    await client.call('distill', [{}, {}, () => { throw new Error('nobody is there'); }]);
    await answered;
    const [first, second] = worker.replies;
    assert.deepEqual(first, { question: 4, result: 'p, answered' });
    assert.deepEqual([second.question, second.error.message], [5, 'nobody is there']);
  });

  it('rejects with the code of its error', async () => {
    worker.answers.ask = () => Promise.reject({ name: 'AutodidactError', code: 'Busy', message: 'wait' });
    const error = await failing(new AgentClient(worker).call('ask', [{}, {}, () => {}]));
    assert.deepEqual([error.name, error.code, error.message], ['AutodidactError', 'Busy', 'wait']);
  });

  it('is canceled by its signal, and does not begin after it', async () => {
    let fail;
    worker.answers.ask = () => new Promise((_, reject) => (fail = reject));
    worker.answers.cancel = () => (fail({ name: 'AbortError', code: 'AbortError', message: 'canceled' }), null);
    const client = new AgentClient(worker);
    const stop = new AbortController();
    const call = failing(client.call('ask', [{}, {}, () => {}], stop.signal));
    await new Promise((resolve) => setTimeout(resolve));
    stop.abort();
    assert.equal((await call).code, 'AbortError');
    const { name, code } = await failing(client.call('ask', [{}, {}, () => {}], stop.signal));
    assert.deepEqual([name, code], ['AbortError', 'AbortError']);
    assert.deepEqual(worker.calls.map(({ method }) => method), ['ask', 'cancel']);
  });

  it('ends when the worker crashes, cannot be loaded, or is ended', async () => {
    const ends = {
      AgentCrashed: () => worker.onerror({ message: 'Uncaught RuntimeError: unreachable', preventDefault() {} }),
      WorkerFailed: () => worker.onerror({ message: '', preventDefault() {} }),
      AbortError: (client) => client.dispose(),
    };
    for (const [code, end] of Object.entries(ends)) {
      worker = new NotingWorker();
      worker.answers.ask = never;
      const client = new AgentClient(worker);
      const call = failing(client.call('ask', [{}, {}, () => {}]));
      end(client);
      assert.equal((await call).code, code);
      assert.equal(worker.ended, true);
      assert.equal((await failing(client.call('listAdapters', []))).code, code);
    }
  });
});

describe('the options of a question', () => {
  it('reach Rust as they are, over the defaults, without what only JavaScript reads', async () => {
    await make({ defaults: { seed: 3, gate: true }, forceSoftwareGpu: true, store: 's' });
    assert.deepEqual(worker.calls[0].params, [{ model: 'nowhere', forceSoftwareGpu: true, store: 's' }]);
    const learn = { share: 0.25 };
    const own = { gate: false, learn, synthesis: { pairs: 2 }, keep: 'mine' };
    await agent.ask('x', { ...own, maxSteps: 2, when: 'now', signal: new AbortController().signal, onEvent: () => {} });
    assert.deepEqual(worker.asked, [{ seed: 3, ...own }]);
    assert.deepEqual(worker.calls[1].params[0], { query: 'x', tools });
  });

  it('name the memory by its mode alone, or with its settings', async () => {
    await make({ defaults: { memory: 'session' } });
    await agent.ask('x');
    await agent.ask('x', { memory: { mode: 'keep', budgetBytes: 1 } });
    assert.deepEqual(worker.asked, [{ memory: { mode: 'session' } }, { memory: { mode: 'keep', budgetBytes: 1 } }]);
  });

  it('keep no name where nothing is learned', async () => {
    await make();
    await agent.ask('x', { learn: 'never', keep: 'mine', replace: true });
    assert.deepEqual(worker.asked, [{ learn: 'never' }]);
  });
});

describe('learning in two steps', () => {
  const learn = { below: 0.7 };

  it('judges by the user’s own threshold first, without learning, then learns from what passed the review', async () => {
    worker.answers.ask = () => trace(true);
    await make();
    const options = { learn, keep: 'mine', contextFirst: true };
    const { uncertainty, synthesis } = await agent.ask('x', { ...options, review: (examples) => examples });
    assert.deepEqual(worker.asked, [
      { learn, contextFirst: true, dryRun: true },
      { learn: 'always', keep: 'mine', examples: [pair], examplesFrom: 'synthetic' },
    ]);
    assert.deepEqual(worker.calls.find(({ method }) => method === 'synthesize').params[1], options);
    assert.equal(uncertainty.threshold, 0.7);
    assert.deepEqual(synthesis.pairs, [pair]);
  });

  it('learns from a teacher: another agent, or a server', async () => {
    worker.answers.ask = () => trace(true);
    worker.answers.distill = worker.answers.synthesize;
    await make();
    const heard = [];
    const other = { synthesize: async (...asked) => (heard.push(asked), { ...worker.answers.synthesize }) };
    await agent.ask('x', { learn, seed: 0, synthesis: { pairs: 2 }, teacher: { agent: other } });
    assert.deepEqual(heard, [['x', { tools, seed: 0, synthesis: { pairs: 2 } }]]);
    assert.equal(worker.asked[1].examplesFrom, 'teacher');
    await agent.ask('x', { learn, teacher: { url: 'u', model: 'm', consent: () => true } });
    assert.deepEqual(worker.calls.filter(({ method }) => method === 'distill').map(({ hasCallback }) => hasCallback), [true]);
  });

  it('stops after the first where the agent is sure, another tool or order stands, or it shall never learn', async () => {
    await make();
    const review = () => assert.fail('nobody has to look');
    const stands = [trace(false), { ...trace(true), search: { accepted: true } }, { ...trace(true), orders: { accepted: true } }];
    for (const given of stands) {
      worker.answers.ask = given;
      await agent.ask('x', { learn, review });
    }
    // A decision to act is not practised, however unsure its tokens are; without decisions the tokens count.
    const acts = { ...trace(true), decision: { kind: 'act', calls: pair.calls } };
    stands.push(acts);
    worker.answers.ask = acts;
    await agent.ask('x', { learn, review });
    worker.answers.ask = trace(true);
    await agent.ask('x', { learn: 'never', review });
    assert.deepEqual(worker.asked, [...stands.map(() => ({ learn, dryRun: true })), { learn: 'never' }]);
  });

  it('learns while nobody waits, and goes on from what is kept', async () => {
    worker.answers.ask = (_, options) => trace(options.dryRun === true);
    worker.answers.listAdapters = [{ name: 'mine' }];
    let told;
    const learned = new Promise((resolve) => (told = resolve));
    await make({ idleAfter: 1, onLearned: told });
    await agent.ask('x', { learn, when: 'idle', keep: 'mine' });
    assert.equal(agent.pending, 1);
    assert.equal((await learned).error, undefined);
    assert.deepEqual(worker.asked, [{ learn, dryRun: true }, { learn: 'always', keep: 'mine', adapter: 'mine' }]);
    assert.equal((await failing(agent.ask('x', { when: 'idle' }))).code, 'InvalidInput');
    assert.equal((await failing(agent.ask('x', { when: 'idle', keep: 'a', review: () => [] }))).code, 'InvalidInput');
  });

  it('scores by the user’s own threshold, and looks no further', async () => {
    await make();
    await agent.score('x', { learn, keep: 'mine' });
    assert.deepEqual(worker.asked, [{ learn, dryRun: true, decide: false, search: false, orders: 1, candidates: true }]);
  });
});

describe('the steps after a tool', () => {
  it('learn nothing and look no further', async () => {
    const [call] = pair.calls;
    const answers = [{ text: '', calls: [call] }, answer];
    worker.answers.ask = () => {
      const next = answers.shift();
      return { ...trace(false), answer: next, decision: acting(next) };
    };
    await make({ defaults: { learn: 'always', keep: 'mine', seed: 1 } });
    const run = ({ minutes }) => `${minutes} minutes`;
    const { results, final } = await agent.ask('x', { tools: [{ ...tools[0], run }], maxSteps: 3 });
    assert.deepEqual(results, [[{ call, status: 'done', value: '9 minutes' }]]);
    assert.deepEqual(final, answer);
    assert.deepEqual(worker.asked[1], { seed: 1, learn: 'never', search: false, orders: 1 });
    const { messages } = worker.calls.at(-1).params[0];
    assert.deepEqual(messages.map(({ role }) => role), ['user', 'assistant', 'tool']);
  });

  it('do not come where the agent asks back or declines, whatever the answer calls', async () => {
    const question = { text: 'How many minutes?', gaps: [{ argument: 'minutes', why: 'missing' }] };
    await make();
    for (const decision of [{ kind: 'clarify', question }, { kind: 'decline' }]) {
      worker.answers.ask = () => ({ ...trace(false), answer: { text: '', calls: pair.calls }, decision });
      const run = () => assert.fail('nothing was decided on');
      const { results, decision: found } = await agent.ask('x', { tools: [{ ...tools[0], run }], maxSteps: 3, decide: true });
      assert.deepEqual([results, found], [[], decision]);
      assert.equal(worker.asked.at(-1).decide, true);
    }
  });
});

describe('what a person teaches', () => {
  const lesson = { query: 'x', calls: pair.calls, source: 'user', createdMs: 1 };
  const taught = { lesson, forgotten: [], adapter: null, training: null, gate: null, rolledBack: null, note: null };
  const right = { verdict: 'right', calls: pair.calls };
  const methods = () => worker.calls.map(({ method }) => method).filter((method) => method !== 'create');

  it('holds at once, and is trained on while nobody waits', async () => {
    worker.answers.teach = taught;
    worker.answers.feedback = { ...taught, adapter: { name: 'a' } };
    let told;
    const learned = new Promise((resolve) => (told = resolve));
    await make({ idleAfter: 1, onLearned: told });
    assert.deepEqual(await agent.feedback('x', right, { memory: 'session', when: 'idle' }), taught);
    assert.deepEqual([agent.pending, methods()], [1, ['teach']]);
    assert.equal((await learned).taught.adapter.name, 'a');
    assert.deepEqual(worker.calls.at(-1).params.slice(0, 3), [{ query: 'x', tools }, right, { memory: { mode: 'session' } }]);
  });

  it('is trained on at once where somebody waits, and taken back at once', async () => {
    worker.answers.feedback = taught;
    await make();
    await agent.feedback('x', right, { memory: 'session' });
    await agent.feedback('x', { verdict: 'wrong' }, { memory: 'session', when: 'idle' });
    assert.deepEqual([agent.pending, methods()], [0, ['feedback', 'feedback']]);
  });

  it('is not trained on once it was forgotten or called wrong', async () => {
    worker.answers.teach = taught;
    const gone = { ...taught, lesson: null, forgotten: ['x'] };
    Object.assign(worker.answers, { forgetLesson: gone, feedback: gone });
    await make({ idleAfter: 60_000, defaults: { memory: 'session' } });
    const teach = () => agent.feedback('x', right, { when: 'idle' });
    for (const takeBack of [() => agent.lessons.forget('x'), () => agent.feedback('x', { verdict: 'wrong' })]) {
      await teach();
      assert.equal(agent.pending, 1);
      await takeBack();
      assert.equal(agent.pending, 0);
    }
    worker.answers.forgetLesson = { ...gone, forgotten: ['another'] };
    await teach();
    await agent.lessons.forget('another');
    assert.equal(agent.pending, 1);
  });

  it('is not trained on where it is no lesson', async () => {
    worker.answers.teach = { ...taught, lesson: null, note: 'it says little' };
    await make();
    assert.equal((await agent.feedback('x', right, { memory: 'session', when: 'idle' })).note, 'it says little');
    assert.equal(agent.pending, 0);
  });

  it('is listed and forgotten', async () => {
    worker.answers.lessons = [lesson];
    worker.answers.forgetLesson = { ...taught, lesson: null, forgotten: ['x'] };
    await make({ defaults: { memory: 'keep' } });
    assert.deepEqual(await agent.lessons.list(), [lesson]);
    assert.deepEqual((await agent.lessons.forget('x')).forgotten, ['x']);
    const memory = { mode: 'keep' };
    assert.deepEqual(worker.calls.slice(-2).map(({ params }) => params.slice(0, 2)), [[tools, { memory }], [{ query: 'x', tools }, { memory }]]);
  });
});

describe('calls that the user chose', () => {
  it('are executed one after the other, and asked about unless they were confirmed', async () => {
    const asked = [];
    const confirm = ({ name }) => (asked.push(name), false);
    const run = ({ minutes }) => minutes;
    await make({ tools: [{ ...tools[0], run, confirm: true }], confirm });
    const [call] = pair.calls;
    const events = [];
    const onEvent = ({ type }) => events.push(type);
    assert.deepEqual(await agent.execute([call, call], { confirmed: true, onEvent }), [
      { call, status: 'done', value: 9 }, { call, status: 'done', value: 9 },
    ]);
    assert.deepEqual([events, asked], [['tool-call', 'tool-result', 'tool-call', 'tool-result'], []]);
    assert.equal((await agent.execute([call]))[0].status, 'refused');
    assert.deepEqual(asked, ['set_timer']);
    assert.equal((await agent.execute([{ name: 'other', arguments: {} }]))[0].status, 'not-runnable');
    const stopped = await failing(agent.execute([call], { signal: AbortSignal.abort() }));
    assert.equal(stopped.code, 'AbortError');
  });
});

describe('a completion', () => {
  it('is asked for in OpenAI’s names, and of Rust in its own', async () => {
    const completion = { answer, promptTokens: 3, knownTokens: 1, completionTokens: 2, cut: false, prefillSeconds: 1, decodeSeconds: 2 };
    worker.answers.complete = completion;
    await make();
    const messages = [{ role: 'user', content: 'x' }];
    const request = { messages, temperature: 0.5, top_p: 0.9, seed: 3, max_tokens: 7 };
    const { usage } = await agent.chat.completions.create(request, { adapter: 'mine' });
    const [task, options] = worker.calls.at(-1).params;
    assert.deepEqual(task, { messages, tools }, 'without tools of its own it has those of the agent');
    assert.deepEqual(options, { form: 'answer', temperature: 0.5, topP: 0.9, seed: 3, maxTokens: 7, adapter: 'mine' });
    assert.deepEqual([usage.prompt_tokens, usage.completion_tokens, usage.total_tokens, usage.extra.e2e_latency_s], [3, 2, 5, 3]);
    worker.answers.complete = (_, __, tell) => ([tell({ event: 'No ' }), tell({ event: 'tool' })], completion);
    const parts = [];
    const stream = await agent.chat.completions.create({ messages, tools: [], stream: true });
    for await (const { choices } of stream) parts.push(choices[0].delta.content);
    assert.deepEqual(parts, ['', 'No ', 'tool', undefined]);
  });
});
