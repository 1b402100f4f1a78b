/**
 * OpenAI's shape without a browser and without a model: what becomes of a request, and of an answer. `npm run
 * test:tools`.
 */
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { modules } from '../../crates/autodidact-lab/generators/page-requests/modules.mjs';

const user = { role: 'user', content: 'Wake me in 5 minutes' };
const empty = { type: 'object', properties: {} };
const timer = { type: 'function', function: { name: 'set_timer', description: 'Set a timer', parameters: { type: 'object', properties: { minutes: { type: 'integer' } } } } };
const alarm = { type: 'function', function: { name: 'set_alarm' } };
const call = (id, name, args) => ({ id, type: 'function', function: { name, arguments: args } });
const named = (name) => ({ type: 'function', function: { name } });

let toTask;
let toOptions;
let completionsOf;

before(async () => {
  [{ toTask, toOptions }, { completionsOf }] = await modules('/package/src/chat.ts', '/package/src/completions.ts');
});

const messagesOf = (...messages) => toTask({ messages }).messages;
const optionsOf = (fields) => toOptions({ messages: [user], ...fields }, undefined);
const taskOf = (fields) => toTask({ messages: [user], ...fields });

/** It is refused with a message that begins with the name of the field. */
function refused(field, work) {
  assert.throws(work, ({ name, code, message }) => {
    assert.deepEqual([name, code, message.slice(0, field.length + 1)], ['AutodidactError', 'InvalidInput', `${field}:`]);
    return true;
  });
}

describe('a message', () => {
  it('may be a list of texts, which become one', () => {
    const parts = [{ type: 'text', text: 'Wake me ' }, { type: 'text', text: 'in 5 minutes' }];
    for (const role of ['user', 'system', 'assistant', 'tool']) assert.deepEqual(messagesOf({ role, content: parts }), [{ role, content: user.content }]);
  });

  it('of the assistant may be a refusal, in a part or by itself', () => {
    const refusal = 'I must not.';
    assert.equal(messagesOf({ role: 'assistant', content: [{ type: 'refusal', refusal }] })[0].content, refusal);
    assert.equal(messagesOf({ role: 'assistant', content: null, refusal })[0].content, refusal);
    refused('messages[0].content[0].type', () => messagesOf({ role: 'user', content: [{ type: 'refusal', refusal }] }));
  });

  it('is refused where it holds no text, by the name of the field', () => {
    for (const type of ['image_url', 'input_audio', 'file', undefined]) {
      refused('messages[1].content[1].type', () => messagesOf(user, { role: 'user', content: [{ type: 'text', text: 'What is this?' }, { type }] }));
    }
    refused('messages[0].content[0].text', () => messagesOf({ role: 'user', content: [{ type: 'text' }] }));
    refused('messages[0].content[0].type', () => messagesOf({ role: 'user', content: [null] }));
    for (const content of [7, null, undefined, { text: 'x' }]) refused('messages[0].content', () => messagesOf({ role: 'user', content }));
    refused('messages[0].role', () => messagesOf({ role: 'robot', content: 'x' }));
    refused('messages[0].role', () => messagesOf({ content: 'x' }));
    refused('messages[0]', () => messagesOf(null));
    refused('messages', () => messagesOf());
    refused('messages', () => toTask({}));
    refused('messages', () => toTask({ messages: 'x' }));
  });

  it('of a developer is one of the system, and of a function one of a tool', () => {
    assert.deepEqual(messagesOf({ role: 'developer', content: 'Be brief.' }), [{ role: 'system', content: 'Be brief.' }]);
    assert.deepEqual(messagesOf({ role: 'function', name: 'ping', content: 'pong' }), [{ role: 'tool', content: 'pong', name: 'ping' }]);
  });

  it('of a tool has the name of the call that it answers, unless it has one', () => {
    const calls = { role: 'assistant', tool_calls: [call('a', 'set_timer', '{"minutes":5}'), call('b', 'ping', '{}')] };
    const [, ...results] = messagesOf(
      calls, { role: 'tool', tool_call_id: 'b', content: '1' }, { role: 'tool', tool_call_id: 'a', content: '2', name: 'other' },
      { role: 'tool', tool_call_id: 'c', content: '3' }, { role: 'tool', content: '4' },
    );
    assert.deepEqual(results, [
      { role: 'tool', content: '1', name: 'ping', tool_call_id: 'b' }, { role: 'tool', content: '2', name: 'other', tool_call_id: 'a' },
      { role: 'tool', content: '3', tool_call_id: 'c' }, { role: 'tool', content: '4' },
    ]);
    // The same id again, as some clients count: the latest call counts.
    const again = messagesOf(calls, { role: 'assistant', tool_calls: [call('a', 'newer', '')] }, { role: 'tool', tool_call_id: 'a', content: '' });
    assert.equal(again[2].name, 'newer');
  });

  it('has calls with arguments as text or as they are, and without arguments', () => {
    const argumentsOf = (args) => messagesOf({ role: 'assistant', content: null, tool_calls: [call('a', 'set_timer', args)] })[0].tool_calls;
    const one = [{ name: 'set_timer', arguments: { minutes: 5 } }];
    assert.deepEqual(argumentsOf('{"minutes":5}'), one);
    assert.deepEqual(argumentsOf({ minutes: 5 }), one);
    for (const none of ['', '{}', 'null', null, undefined]) assert.deepEqual(argumentsOf(none), [{ name: 'set_timer', arguments: {} }]);
    for (const wrong of ['{', '[]', '5', '"x"', [], 5]) refused('messages[0].tool_calls[0].function.arguments', () => argumentsOf(wrong));
    const old = { role: 'assistant', content: null, function_call: { name: 'set_timer', arguments: '{"minutes":5}' } };
    assert.deepEqual(messagesOf(old)[0].tool_calls, one);
  });

  it('has calls of functions alone', () => {
    const callsOf = (tool_calls) => messagesOf({ role: 'assistant', tool_calls });
    refused('messages[0].tool_calls[0].type', () => callsOf([{ id: 'a', type: 'custom', custom: { name: 'sql', input: '' } }]));
    refused('messages[0].tool_calls[0].type', () => callsOf([null]));
    refused('messages[0].tool_calls[0].function.name', () => callsOf([{ id: 'a', type: 'function' }]));
    refused('messages[0].tool_calls', () => callsOf('set_timer'));
  });

  it('lacks what is null', () => {
    const nothing = { name: null, tool_calls: null, refusal: null, function_call: null, audio: null };
    assert.deepEqual(messagesOf({ role: 'assistant', content: null, ...nothing }), [{ role: 'assistant', content: '' }]);
    assert.deepEqual(messagesOf({ role: 'assistant', tool_calls: [] }), [{ role: 'assistant', content: '' }]);
    assert.deepEqual(messagesOf({ role: 'tool', content: null, tool_call_id: null }), [{ role: 'tool', content: '' }]);
  });
});

describe('the tools of a request', () => {
  it('are functions, whose description and parameters may be left out', () => {
    assert.deepEqual(taskOf({ tools: [timer, alarm] }).tools, [timer.function, { name: 'set_alarm', description: '', parameters: empty }]);
    const nulls = { ...alarm, function: { name: 'set_alarm', description: null, parameters: null, strict: true } };
    assert.deepEqual(taskOf({ tools: [nulls] }).tools, taskOf({ tools: [alarm] }).tools);
    refused('tools[1].type', () => taskOf({ tools: [timer, { type: 'custom', custom: { name: 'sql' } }] }));
    refused('tools[0].type', () => taskOf({ tools: [null] }));
    refused('tools[0].function.name', () => taskOf({ tools: [{ type: 'function' }] }));
    refused('tools[0].function.description', () => taskOf({ tools: [{ type: 'function', function: { name: 'x', description: 1 } }] }));
    refused('tools', () => taskOf({ tools: {} }));
  });

  it('are those of the agent where there is no list, and none where the list is empty', () => {
    const own = [timer.function];
    const of = (fields) => toTask({ messages: [user], ...fields }, own).tools;
    assert.deepEqual([of({}), of({ tools: null }), of({ tools: [] }), of({ tool_choice: 'none' })], [own, own, [], []]);
    assert.deepEqual([taskOf({}).tools, taskOf({ tools: null }).tools], [[], []]);
    assert.deepEqual(of({ tool_choice: named('set_timer') }), own);
  });

  it('are those that the choice allows', () => {
    const chosen = (tool_choice) => {
      const request = { tools: [timer, alarm], tool_choice };
      return [taskOf(request).tools.map(({ name }) => name), optionsOf(request).form];
    };
    const both = ['set_timer', 'set_alarm'];
    const allowed = (mode, ...tools) => ({ type: 'allowed_tools', allowed_tools: { mode, tools } });
    assert.deepEqual(chosen(undefined), [both, 'answer']);
    assert.deepEqual(chosen(null), [both, 'answer']);
    assert.deepEqual(chosen('auto'), [both, 'answer']);
    assert.deepEqual(chosen('none'), [[], 'answer']);
    assert.deepEqual(chosen('required'), [both, 'calls']);
    assert.deepEqual(chosen(named('set_alarm')), [['set_alarm'], 'calls']);
    assert.deepEqual(chosen(allowed('auto', named('set_alarm'))), [['set_alarm'], 'answer']);
    assert.deepEqual(chosen(allowed('auto')), [[], 'answer']);
    assert.deepEqual(chosen(allowed('required', named('set_alarm'), named('set_timer'))), [both, 'calls']);
    for (const odd of ['any', '', 5, {}, named('sing'), allowed('auto', named('sing')), allowed('none', named('set_timer')), { type: 'allowed_tools' }, { type: 'allowed_tools', allowed_tools: { mode: 'auto' } }]) {
      // What is wrong may be a part of it.
      assert.throws(() => chosen(odd), ({ code, message }) => code === 'InvalidInput' && /^tool_choice[.:]/.test(message), JSON.stringify(odd));
    }
    assert.throws(() => chosen({ type: 'custom', custom: { name: 'sql' } }), /^AutodidactError: tool_choice:/);
    assert.throws(() => chosen(allowed('auto', 'set_timer')), /^AutodidactError: tool_choice\.type:/);
    refused('tool_choice', () => taskOf({ tool_choice: named('set_timer') }));
  });
});

describe('the options of a request', () => {
  it('are written in a fixed order, and only those that there are', () => {
    const request = { seed: 3, max_tokens: 7, top_p: 0.9, temperature: 0.5, model: 'm', stream: true };
    assert.equal(JSON.stringify(optionsOf(request)), '{"form":"answer","temperature":0.5,"top_p":0.9,"seed":3,"max_tokens":7}');
    assert.deepEqual(toOptions({ messages: [user] }, 'mine'), { form: 'answer', adapter: 'mine' });
  });

  it('lack what is null', () => {
    const fields = [
      'tools', 'tool_choice', 'parallel_tool_calls', 'response_format', 'stream', 'stream_options', 'temperature', 'top_p', 'seed',
      'max_tokens', 'max_completion_tokens', 'stop', 'n', 'logprobs', 'functions', 'audio', 'user', 'model',
    ];
    for (const nothing of [null, undefined]) {
      const request = Object.fromEntries(fields.map((field) => [field, nothing]));
      assert.deepEqual([taskOf(request), optionsOf(request)], [taskOf({}), optionsOf({})]);
    }
  });

  it('are numbers where numbers are wanted', () => {
    for (const field of ['temperature', 'top_p', 'seed', 'max_tokens', 'max_completion_tokens']) {
      for (const odd of ['1', NaN, true, [], {}]) refused(field, () => optionsOf({ [field]: odd }));
    }
    for (const field of ['seed', 'max_tokens', 'max_completion_tokens']) {
      for (const odd of [-1, 0.5]) refused(field, () => optionsOf({ [field]: odd }));
    }
    for (const field of ['stream', 'parallel_tool_calls']) refused(field, () => optionsOf({ [field]: 'no' }));
    refused('model', () => optionsOf({ model: 7 }));
  });

  it('have the newer of two names for the longest answer', () => {
    assert.equal(optionsOf({ max_completion_tokens: 5 }).max_tokens, 5);
    assert.equal(optionsOf({ max_completion_tokens: 5, max_tokens: 7 }).max_tokens, 5);
  });

  it('say where the text stops', () => {
    assert.deepEqual(optionsOf({ stop: '\n' }).stop, ['\n']);
    assert.deepEqual(optionsOf({ stop: ['a', 'b', 'c', 'd'] }).stop, ['a', 'b', 'c', 'd']);
    assert.deepEqual(optionsOf({ stop: [] }), optionsOf({}));
    for (const odd of ['', [''], ['a', 'b', 'c', 'd', 'e'], 5, [5], [['a']], { a: 1 }]) refused('stop', () => optionsOf({ stop: odd }));
  });

  it('allow one call where calls must not be parallel', () => {
    assert.deepEqual(optionsOf({ parallel_tool_calls: false }), { form: 'answer', max_calls: 1 });
    assert.deepEqual(optionsOf({ parallel_tool_calls: true }), optionsOf({}));
  });

  it('say what form the answer has', () => {
    const schema = { type: 'array', items: { type: 'integer' } };
    const of = (response_format) => optionsOf({ response_format }).form;
    assert.equal(of({ type: 'text' }), 'answer');
    assert.deepEqual(of({ type: 'json_object' }), { json: { type: 'object' } });
    assert.deepEqual(of({ type: 'json_schema', json_schema: { name: 'x', strict: true, schema } }), { json: schema });
    assert.deepEqual(of({ type: 'json_schema', json_schema: { schema: true } }), { json: true });
    for (const json_schema of [undefined, {}, { schema: null }, { schema: [] }, { schema: 'x' }]) {
      refused('response_format.json_schema.schema', () => of({ type: 'json_schema', json_schema }));
    }
    for (const type of ['', 'grammar', undefined]) refused('response_format.type', () => of({ type }));
    refused('response_format', () => of('json_object'));
    for (const tool_choice of ['required', named('set_timer')]) {
      refused('tool_choice', () => optionsOf({ tools: [timer], tool_choice, response_format: { type: 'json_object' } }));
    }
  });

  it('ignore what cannot change an answer', () => {
    const ignored = {
      model: 'gpt', user: 'me', store: true, metadata: { a: 'b' }, safety_identifier: 's', service_tier: 'flex', prompt_cache_key: 'k',
      prompt_cache_retention: '24h', prompt_cache_options: {},
    };
    assert.deepEqual(optionsOf(ignored), optionsOf({}));
  });

  it('refuse what would change it, unless it says what is done anyway', () => {
    const anyway = { n: 1, logprobs: false, top_logprobs: 0, presence_penalty: 0, frequency_penalty: 0, logit_bias: {}, modalities: ['text'] };
    assert.deepEqual(optionsOf(anyway), optionsOf({}));
    const wanted = {
      n: 2, logprobs: true, top_logprobs: 3, presence_penalty: 1, frequency_penalty: -1, logit_bias: { 5: -100 }, modalities: ['text', 'audio'],
      reasoning_effort: 'low', verbosity: 'low', audio: { voice: 'alloy', format: 'wav' }, prediction: { type: 'content', content: 'x' },
      web_search_options: {}, moderation: {}, functions: [timer.function], function_call: 'auto',
    };
    for (const [field, value] of Object.entries(wanted)) refused(field, () => optionsOf({ [field]: value }));
    assert.throws(() => optionsOf({ functions: [timer.function] }), /use `tools`/);
    assert.throws(() => optionsOf({ function_call: 'auto' }), /use `tool_choice`/);
    for (const typo of ['max_token', 'maxTokens', 'temprature', 'toString', 'constructor']) refused(typo, () => optionsOf({ [typo]: 1 }));
  });

  it('of a stream belong to a stream', () => {
    const stream_options = { include_usage: true };
    assert.deepEqual(optionsOf({ stream: true, stream_options }), optionsOf({}));
    refused('stream_options', () => optionsOf({ stream_options }));
    refused('stream_options', () => optionsOf({ stream: false, stream_options }));
    refused('stream_options.include_usage', () => optionsOf({ stream: true, stream_options: { include_usage: 'yes' } }));
  });
});

const said = (text, more = {}) => ({
  answer: { text, calls: [] }, promptTokens: 3, knownTokens: 1, completionTokens: 2, cut: false, prefillSeconds: 1, decodeSeconds: 2, ...more,
});
const timers = [{ name: 'set_timer', arguments: { minutes: 5 } }, { name: 'set_timer', arguments: { minutes: 7 } }];
const called = () => said('', { answer: { text: '<marks of calls>', calls: timers.slice() } });

/** What `create` gives for a completion, of which `pieces` are told on the way; a stream as a list of chunks. */
async function created(request, completion, pieces = [], own = []) {
  const seen = {};
  const complete = async (task, options, onText) => {
    Object.assign(seen, { task, options });
    pieces.forEach(onText);
    return completion;
  };
  const answer = await completionsOf(complete, 'seed', own)({ messages: [user], ...request });
  if (!request.stream) return { answer, ...seen };
  const chunks = [];
  for await (const chunk of answer) chunks.push(chunk);
  return { answer: chunks, ...seen };
}

describe('an answer', () => {
  it('that is a text has all that OpenAI’s clients look for', async () => {
    const { answer, task } = await created({}, said('Good morning'));
    const { id, created: time, usage, ...rest } = answer;
    assert.match(id, /^chatcmpl-/);
    assert.ok(Number.isInteger(time) && Math.abs(time - Date.now() / 1000) < 5);
    assert.deepEqual(rest, {
      object: 'chat.completion', model: 'seed',
      choices: [{ index: 0, message: { role: 'assistant', content: 'Good morning', refusal: null }, finish_reason: 'stop', logprobs: null }],
    });
    assert.deepEqual([usage.prompt_tokens, usage.completion_tokens, usage.total_tokens], [3, 2, 5]);
    assert.deepEqual([usage.prompt_tokens_details.cached_tokens, usage.extra.prefill_tokens_per_s], [1, 2]);
    assert.deepEqual(task, { messages: [user], tools: [] });
    assert.equal((await created({ model: 'gpt' }, said(''))).answer.model, 'gpt');
    assert.equal((await created({}, said('Good', { cut: true }))).answer.choices[0].finish_reason, 'length');
  });

  it('that is calls has their ids, and goes into the next request as it is', async () => {
    const { choices: [{ message, finish_reason }] } = (await created({ tools: [timer] }, called())).answer;
    assert.deepEqual([message.content, message.refusal, finish_reason], [null, null, 'tool_calls']);
    const ids = message.tool_calls.map(({ id }) => id);
    assert.equal(new Set(ids).size, 2);
    assert.deepEqual(message.tool_calls[1], call(ids[1], 'set_timer', '{"minutes":7}'));
    const result = { role: 'tool', tool_call_id: ids[0], content: 'rings' };
    assert.deepEqual(messagesOf(user, message, result).slice(1), [
      { role: 'assistant', content: '', tool_calls: timers }, { role: 'tool', content: 'rings', name: 'set_timer', tool_call_id: ids[0] },
    ]);
  });

  it('has one call where calls must not be parallel', async () => {
    const { answer, options } = await created({ tools: [timer], parallel_tool_calls: false, stop: 'x', max_completion_tokens: 9 }, called());
    assert.equal(answer.choices[0].message.tool_calls.length, 1);
    assert.deepEqual(options, { form: 'answer', maxCalls: 1, maxTokens: 9, stop: ['x'] });
    const { answer: chunks } = await created({ tools: [timer], parallel_tool_calls: false, stream: true }, called());
    assert.equal(chunks.flatMap(({ choices }) => choices[0].delta.tool_calls ?? []).length, 1);
  });

  it('is a text where there are no tools, whatever it looks like', async () => {
    const { choices: [{ message, finish_reason }] } = (await created({ tools: [timer], tool_choice: 'none' }, called())).answer;
    assert.deepEqual([message, finish_reason], [{ role: 'assistant', content: '<marks of calls>', refusal: null }, 'stop']);
  });

  it('may use the agent’s tools, but not where it is JSON', async () => {
    const own = [timer.function];
    const json = { response_format: { type: 'json_object' } };
    const shown = async (request) => (await created(request, said('{}'), [], own)).task.tools;
    assert.deepEqual([await shown({}), await shown(json), await shown({ ...json, tools: [timer] })], [own, [], own]);
  });
});

describe('a streamed answer', () => {
  const deltas = (chunks) => chunks.map(({ choices }) => choices[0].delta);
  const ends = (chunks) => chunks.map(({ choices }) => choices[0].finish_reason);

  it('that is a text comes in pieces', async () => {
    const { answer } = await created({ stream: true }, said('Good morning'), ['Good ', 'morning']);
    assert.deepEqual(deltas(answer), [{ role: 'assistant', content: '' }, { content: 'Good ' }, { content: 'morning' }, {}]);
    assert.deepEqual(ends(answer), [null, null, null, 'stop']);
    for (const { id, object, created: time, model, choices } of answer) {
      assert.deepEqual([id, object, time, model], [answer[0].id, 'chat.completion.chunk', answer[0].created, 'seed']);
      assert.deepEqual([choices.length, choices[0].index, choices[0].logprobs], [1, 0, null]);
    }
    assert.ok(answer.every((chunk) => !('usage' in chunk)), 'the usage was not asked for');
  });

  it('shows no marks of calls where there may be some', async () => {
    const { answer } = await created({ tools: [timer], stream: true }, called(), ['<marks', ' of calls>']);
    const [first, { tool_calls }, last] = deltas(answer);
    assert.deepEqual([first, last, answer.length], [{ role: 'assistant', content: '' }, {}, 3]);
    assert.deepEqual(tool_calls.map(({ index, function: { arguments: args } }) => [index, args]), [[0, '{"minutes":5}'], [1, '{"minutes":7}']]);
    assert.equal(ends(answer).at(-1), 'tool_calls');
    const text = (await created({ tools: [timer], stream: true }, said('No.'), ['No', '.'])).answer;
    assert.deepEqual(deltas(text).map(({ content }) => content), ['', 'No.', undefined]);
  });

  it('that is JSON comes in pieces though there are tools', async () => {
    const request = { tools: [timer], stream: true, response_format: { type: 'json_object' } };
    assert.deepEqual(deltas((await created(request, said('{}'), ['{', '}'])).answer).map(({ content }) => content), ['', '{', '}', undefined]);
  });

  it('ends with the usage where it is asked for', async () => {
    const { answer } = await created({ stream: true, stream_options: { include_usage: true } }, said('Good', { cut: true }), ['Good']);
    const { choices, usage } = answer.at(-1);
    assert.deepEqual([choices, usage.total_tokens], [[], 5]);
    assert.ok(answer.slice(0, -1).every((chunk) => chunk.usage === null));
    assert.equal(answer.at(-2).choices[0].finish_reason, 'length');
  });

  it('is refused before it begins', async () => {
    await assert.rejects(created({ stream: true, n: 2 }, said('')), { code: 'InvalidInput' });
  });
});
