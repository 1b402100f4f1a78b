// The package needs no bundler. After `make npm` in the repository:
//   npm install --no-save ../../www/package/autodidact-0.1.0.tgz
//   npx vite preview --outDir .        (any server of static files will do)
import { createAgent } from './node_modules/autodidact/dist/index.js';
import { seedModel } from './node_modules/autodidact/dist/seed-model.js';

const out = document.getElementById('out');
const agent = await createAgent({ model: seedModel, backend: new URLSearchParams(location.search).has('cpu') ? 'cpu' : 'auto' });
const parameters = { type: 'object', properties: { minutes: { type: 'integer' } }, required: ['minutes'] };
const tools = [{ type: 'function', function: { name: 'set_timer', description: 'Set a timer', parameters } }];
const messages = [{ role: 'user', content: 'Set a timer for 5 minutes' }];

const completion = await agent.chat.completions.create({ messages, tools });
out.textContent = JSON.stringify(completion, null, 2);

const response_format = { type: 'json_schema', json_schema: { schema: { ...parameters, additionalProperties: false } } };
let json = '';
for await (const { choices } of await agent.chat.completions.create({ messages, response_format, stream: true })) {
  json += choices[0].delta.content ?? '';
}
out.textContent += `\n\n${json}`;
agent.dispose();
document.body.dataset.state = 'done';
