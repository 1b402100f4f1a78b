// An agent that keeps notes: tools with a `run`, events, cancelling, and learning that outlives a reload.
import { AutodidactError, createAgent, remedyFor, type RunnableTool, type TaskEvent } from 'autodidact';
import { seedModel } from 'autodidact/seed-model';

const find = <E extends HTMLElement>(id: string): E => {
  const element = document.getElementById(id);
  if (!element) throw new Error(`#${id} is missing`);
  return element as E;
};
const say = (text: string) => (find('status').textContent = text);
const list = (id: string, items: string[]) =>
  find(id).replaceChildren(...items.map((item) => Object.assign(document.createElement('li'), { textContent: item })));
const log = (text: string) => find('log').append(`${text}\n`);

const notes: string[] = JSON.parse(localStorage.getItem('notes') ?? '[]');

const tools: RunnableTool[] = [
  {
    name: 'add_note',
    description: 'Add a note',
    parameters: { type: 'object', properties: { text: { type: 'string', description: 'Text of the note' } }, required: ['text'] },
    run: ({ text }) => {
      notes.push(String(text));
      localStorage.setItem('notes', JSON.stringify(notes));
      list('notes', notes);
      return `${notes.length} notes`;
    },
  },
  {
    name: 'clear_notes',
    description: 'Delete all notes',
    parameters: { type: 'object', properties: {} },
    confirm: () => window.confirm('Delete all notes?'),
    run: () => {
      notes.length = 0;
      localStorage.removeItem('notes');
      list('notes', notes);
    },
  },
];

const agent = await createAgent({
  model: seedModel,
  tools,
  backend: new URLSearchParams(location.search).has('cpu') ? 'cpu' : 'auto',
  onEvent: (event) => event.type === 'download' && say(`Loading ${event.file}.`),
});

const showAdapters = async () => list('adapters', (await agent.adapters.list()).map(({ name, steps }) => `${name}: ${steps} steps`));

function tell(event: TaskEvent): void {
  if (event.type === 'token') log(`${event.answer}: ${event.text}`);
  if (event.type === 'pair') log(`example${event.valid ? '' : ' (refused)'}: ${event.pair.query}`);
  if (event.type === 'train') log(`step ${event.step} of ${event.total}, loss ${event.loss.toFixed(3)}`);
  if (event.type === 'tool-result') log(`${event.result.call.name}: ${event.result.status}`);
}

let running: AbortController | undefined;
find('stop').addEventListener('click', () => running?.abort());

find('form').addEventListener('submit', async (event) => {
  event.preventDefault();
  if (running) return;
  running = new AbortController();
  find<HTMLButtonElement>('stop').disabled = false;
  find('log').textContent = '';
  say('Working.');
  const known = (await agent.adapters.list()).some(({ name }) => name === 'notes');
  const learn = find<HTMLInputElement>('learn').checked;
  try {
    const run = agent.ask(find<HTMLInputElement>('task').value, {
      signal: running.signal,
      ...(learn && { learn: 'always' as const }),
      ...(known && { adapter: 'notes' }),
      ...(learn && { keep: 'notes' }),
    });
    for await (const event of run) tell(event);
    const { answer, decision, uncertainty, stored } = await run;
    // What was decided on was executed; a question is the user's to answer.
    const done = decision.kind === 'act' && decision.calls.map(({ name }) => name).join(', ');
    const asked = decision.kind === 'clarify' && decision.question.text;
    say(`${done || asked || answer.text} (certainty ${uncertainty.certainty.toFixed(2)}${stored ? ', learned' : ''})`);
  } catch (error) {
    const { code, message } = AutodidactError.from(error);
    say(code === 'AbortError' ? 'Stopped.' : `${code}: ${message}. ${remedyFor(code)}`);
  } finally {
    running = undefined;
    find<HTMLButtonElement>('stop').disabled = true;
    await showAdapters();
  }
});

list('notes', notes);
await showAdapters();
say(`Ready: ${agent.report.model.name} on ${agent.report.backend.kind}.`);
