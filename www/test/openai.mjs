/**
 * OpenAI's shape in the package as its users have it and a real browser: each field of a request against the seed
 * model. What becomes of a request before the model sees it is in chat.mjs.
 *
 *   npm run build:package && npm run test:package
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { bare, begin, end } from './installed.mjs';

let page;

before(async () => {
  await begin();
  page = await bare();
  await page.evaluate(async () => {
    const agent = await make({ tools });
    /** The answer, the chunks of a stream, or the error. */
    globalThis.create = async (request, { isAborted, ...options } = {}) => {
      try {
        const answer = await agent.chat.completions.create(request, { ...options, ...(isAborted && { signal: AbortSignal.abort() }) });
        if (!request.stream) return answer;
        const chunks = [];
        for await (const chunk of answer) chunks.push(chunk);
        return chunks;
      } catch ({ name, code, message }) {
        return { name, code, message };
      }
    };
  });
});
after(end);

const user = { role: 'user', content: 'Set a timer for 5 minutes' };
const parameters = (name, type) => ({ type: 'object', properties: { [name]: { type } }, required: [name] });
const tool = (name, description, schema) => ({ type: 'function', function: { name, description, parameters: schema } });
const timer = tool('set_timer', 'Set a timer', parameters('minutes', 'integer'));
const weather = tool('get_weather', 'Get the weather', parameters('city', 'string'));
const both = [timer, weather];
const named = (name) => ({ type: 'function', function: { name } });
const schemaOf = (schema) => ({ type: 'json_schema', json_schema: { name: 'answer', strict: true, schema } });
/** There is one text that fits. */
const fixed = schemaOf({ type: 'string', enum: ['left right'] });

const create = (fields, options) => page.evaluate(([request, options]) => create(request, options), [{ messages: [user], ...fields }, options]);

/** The message of an answer, and why it ended, in the one shape that they have. */
async function said(fields) {
  const answer = await create(fields);
  assert.equal(answer.object, 'chat.completion', JSON.stringify(answer));
  const { id, created, choices, usage } = answer;
  assert.match(id, /^chatcmpl-/);
  assert.ok(Number.isInteger(created));
  assert.equal(choices.length, 1);
  const [{ index, message, finish_reason, logprobs }] = choices;
  assert.deepEqual([index, logprobs, message.role, message.refusal], [0, null, 'assistant', null]);
  assert.equal(usage.total_tokens, usage.prompt_tokens + usage.completion_tokens);
  assert.ok(message.tool_calls ? message.content === null && message.tool_calls.length > 0 : typeof message.content === 'string');
  for (const { id, type, function: f } of message.tool_calls ?? []) {
    assert.deepEqual([typeof id, type, typeof f.name, typeof JSON.parse(f.arguments)], ['string', 'function', 'string', 'object']);
  }
  return { ...message, finish_reason, usage, calls: (message.tool_calls ?? []).map(({ function: f }) => [f.name, JSON.parse(f.arguments)]) };
}

const called = async (fields) => (await said(fields)).calls.map(([name]) => name);

async function refused(code, start, fields, options) {
  const error = await create(fields, options);
  assert.deepEqual([error.code, error.message?.slice(0, start.length)], [code, start], JSON.stringify(error));
}

const FIVE = [['set_timer', { minutes: 5 }]];

describe('the tools', () => {
  it('are called', async () => {
    const { calls, finish_reason, usage } = await said({ tools: both });
    assert.deepEqual([calls, finish_reason], [FIVE, 'tool_calls']);
    assert.ok(usage.completion_tokens > 0 && usage.extra.e2e_latency_s > 0);
  });

  it('are those of the agent where a request brings none', async () => {
    assert.deepEqual((await said({})).calls, FIVE);
    assert.deepEqual((await said({ tools: null })).calls, FIVE);
    assert.equal((await said({ tools: [] })).tool_calls, undefined);
  });

  it('are called as the choice says', async () => {
    const allowed = (mode) => ({ type: 'allowed_tools', allowed_tools: { mode, tools: [named('get_weather')] } });
    assert.deepEqual(await called({ tools: both, tool_choice: 'required' }), ['set_timer']);
    assert.ok((await called({ tools: both, tool_choice: named('get_weather') })).every((name) => name === 'get_weather'));
    assert.ok((await called({ tools: both, tool_choice: named('get_weather') })).length > 0);
    assert.ok((await called({ tools: both, tool_choice: allowed('required') })).length > 0);
    assert.ok((await called({ tools: both, tool_choice: allowed('auto') })).every((name) => name === 'get_weather'));
    const none = await said({ tools: both, tool_choice: 'none' });
    assert.deepEqual([none.tool_calls, none.finish_reason === 'tool_calls'], [undefined, false]);
    await refused('InvalidInput', 'tool_choice', { tools: both, tool_choice: 'any' });
    await refused('InvalidInput', 'tool_choice', { tools: both, tool_choice: named('sing') });
    await refused('InvalidInput', 'tools', { tools: [], tool_choice: 'required' });
  });

  it('are called once where calls must not be parallel', async () => {
    const messages = [{ role: 'user', content: 'Set a timer for 5 minutes and a timer for 9 minutes' }];
    assert.equal((await said({ messages, tools: [timer], parallel_tool_calls: false, tool_choice: 'required' })).calls.length, 1);
  });

  it('may have no parameters, and no other type than function', async () => {
    const ping = { type: 'function', function: { name: 'ping' } };
    assert.deepEqual((await said({ tools: [ping], tool_choice: 'required', parallel_tool_calls: false })).calls, [['ping', {}]]);
    await refused('InvalidInput', 'tools[0].type', { tools: [{ type: 'custom', custom: { name: 'sql' } }] });
  });
});

describe('the messages', () => {
  it('are the same in parts', async () => {
    const messages = [{ role: 'user', content: [{ type: 'text', text: 'Set a timer ' }, { type: 'text', text: 'for 5 minutes' }] }];
    const [whole, parts] = [await said({ tools: both }), await said({ tools: both, messages })];
    assert.deepEqual([parts.calls, parts.usage.prompt_tokens], [whole.calls, whole.usage.prompt_tokens]);
    await refused('InvalidInput', 'messages[0].content[0].type', { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'x' } }] }] });
  });

  it('of a developer are those of the system', async () => {
    const tokens = async (role) => (await said({ tools: both, messages: [{ role, content: 'Be brief.' }, user] })).usage.prompt_tokens;
    assert.equal(await tokens('developer'), await tokens('system'));
    await refused('InvalidInput', 'messages[0].role', { messages: [{ role: 'robot', content: 'x' }] });
    await refused('InvalidInput', 'messages', { messages: [] });
  });

  it('go on after the calls of an answer', async () => {
    const { choices: [{ message }] } = await create({ tools: both });
    const [{ id }] = message.tool_calls;
    const before = await said({ tools: both });
    const after = await said({ tools: both, messages: [user, message, { role: 'tool', tool_call_id: id, content: 'It rings at noon.' }] });
    assert.ok(after.usage.prompt_tokens > before.usage.prompt_tokens);
    const old = { role: 'assistant', content: null, function_call: { name: 'set_timer', arguments: '{"minutes":5}' } };
    await said({ tools: both, messages: [user, old, { role: 'function', name: 'set_timer', content: null }, user] });
    const broken = { role: 'assistant', tool_calls: [{ id, type: 'function', function: { name: 'set_timer', arguments: '[]' } }] };
    await refused('InvalidInput', 'messages[1].tool_calls[0].function.arguments', { messages: [user, broken] });
  });
});

describe('the limits of an answer', () => {
  it('are a number of tokens, by two names', async () => {
    for (const limit of [{ max_tokens: 2 }, { max_completion_tokens: 2, max_tokens: 100 }]) {
      const { finish_reason, usage } = await said({ tools: both, ...limit });
      assert.deepEqual([finish_reason, usage.completion_tokens], ['length', 2], JSON.stringify(limit));
    }
    await refused('InvalidInput', 'max_tokens', { max_tokens: 0 });
  });

  it('are texts before which it stops', async () => {
    for (const [stop, content] of [['never', '"left right"'], [' right', '"left'], [['right', 'ft'], '"le']]) {
      const answer = await said({ response_format: fixed, stop });
      assert.deepEqual([answer.content, answer.finish_reason], [content, 'stop'], JSON.stringify(stop));
      const chunks = await create({ response_format: fixed, stop, stream: true });
      assert.equal(chunks.map(({ choices }) => choices[0].delta.content ?? '').join(''), content, 'in a stream');
    }
    await refused('InvalidInput', 'stop', { stop: ['a', 'b', 'c', 'd', 'e'] });
  });
});

describe('the draws', () => {
  it('are the same from the same seed', async () => {
    const drawn = () => said({ tools: both, temperature: 1.5, top_p: 0.9, seed: 7 });
    const [one, two] = [await drawn(), await drawn()];
    assert.deepEqual([one.calls, one.content], [two.calls, two.content]);
    await refused('InvalidInput', 'temperature', { temperature: -1 });
    await refused('InvalidInput', 'top_p', { top_p: 0 });
    await refused('InvalidInput', 'seed', { seed: 0.5 });
  });
});

describe('the form of an answer', () => {
  it('is JSON that fits a schema', async () => {
    const schema = { type: 'object', properties: { on: { type: 'boolean' } }, required: ['on'], additionalProperties: false };
    const { content, finish_reason } = await said({ response_format: schemaOf(schema) });
    assert.deepEqual([Object.keys(JSON.parse(content)), typeof JSON.parse(content).on, finish_reason], [['on'], 'boolean', 'stop']);
    assert.equal((await said({ response_format: fixed, tools: both })).content, '"left right"');
  });

  it('is any JSON, or text', async () => {
    const { content, finish_reason } = await said({ response_format: { type: 'json_object' }, max_tokens: 60 });
    assert.match(content, /^\s*\{/);
    if (finish_reason === 'stop') JSON.parse(content);
    assert.deepEqual((await said({ response_format: { type: 'text' }, tools: both })).calls, FIVE);
    await refused('InvalidInput', 'response_format.type', { response_format: { type: 'grammar' } });
    await refused('InvalidInput', 'response_format.json_schema.schema', { response_format: { type: 'json_schema', json_schema: { name: 'x' } } });
    await refused('InvalidInput', 'tool_choice', { response_format: fixed, tools: both, tool_choice: 'required' });
  });
});

describe('a stream', () => {
  it('has the text in pieces, and the usage where it is asked for', async () => {
    const request = { response_format: fixed, stream: true };
    const chunks = await create({ ...request, stream_options: { include_usage: true } });
    const last = chunks.pop();
    assert.deepEqual(last.choices, []);
    assert.equal(last.usage.total_tokens, last.usage.prompt_tokens + last.usage.completion_tokens);
    assert.ok(chunks.every(({ object, id, usage, choices }) => object === 'chat.completion.chunk' && id === last.id && usage === null && choices.length === 1));
    const choices = chunks.map(({ choices: [choice] }) => choice);
    assert.deepEqual(choices[0].delta, { role: 'assistant', content: '' });
    assert.ok(choices.length > 3, 'it came in one piece');
    assert.equal(choices.map(({ delta }) => delta.content ?? '').join(''), '"left right"');
    assert.deepEqual(choices.map(({ finish_reason }) => finish_reason).filter(Boolean), ['stop']);
    assert.equal(choices.at(-1).finish_reason, 'stop');
    assert.ok((await create(request)).every((chunk) => !('usage' in chunk)));
    await refused('InvalidInput', 'stream_options', { stream_options: { include_usage: true } });
  });

  it('has the calls, and none of their marks', async () => {
    const choices = (await create({ tools: both, stream: true })).map(({ choices: [choice] }) => choice);
    assert.equal(choices.map(({ delta }) => delta.content ?? '').join(''), '');
    const calls = choices.flatMap(({ delta }) => delta.tool_calls ?? []);
    assert.deepEqual(calls.map(({ index, type, function: f }) => [index, type, f.name, JSON.parse(f.arguments)]), [[0, 'function', ...FIVE[0]]]);
    assert.equal(choices.at(-1).finish_reason, 'tool_calls');
  });
});

describe('other fields', () => {
  it('are ignored where they cannot change the answer, and their nulls are', async () => {
    const ignored = { model: 'gpt', user: 'me', store: true, metadata: { a: 'b' }, service_tier: 'auto', prompt_cache_key: 'k', safety_identifier: 's' };
    const nulls = Object.fromEntries(['n', 'logprobs', 'stop', 'seed', 'temperature', 'top_p', 'max_tokens', 'response_format', 'tool_choice', 'audio'].map((field) => [field, null]));
    assert.deepEqual((await said({ tools: both, ...ignored, ...nulls, n: 1, logit_bias: {} })).calls, FIVE);
    assert.equal((await create({ tools: both, model: 'gpt' })).model, 'gpt');
    assert.equal((await create({ tools: both })).model, 'seed');
  });

  it('are refused by name where they would', async () => {
    const wanted = {
      n: 2, logprobs: true, top_logprobs: 2, presence_penalty: 1, frequency_penalty: 1, logit_bias: { 5: 1 }, functions: [], function_call: 'auto',
      reasoning_effort: 'low', verbosity: 'low', modalities: ['audio'], audio: {}, prediction: {}, web_search_options: {}, max_token: 7,
    };
    for (const [field, value] of Object.entries(wanted)) await refused('InvalidInput', `${field}:`, { [field]: value });
  });

  it('are the caller’s: an adapter, and a signal', async () => {
    assert.equal((await create({}, { adapter: 'none' })).code, 'AdapterNotFound');
    assert.equal((await create({}, { isAborted: true })).code, 'AbortError');
    assert.deepEqual((await said({ tools: both })).calls, FIVE, 'and the agent goes on');
  });
});
