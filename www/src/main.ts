/** The page: starts the agent, hands tasks to it, and shows what it reports. */
import type { AgentOptions, LearnOptions, TaskEvent, TaskOptions, TaskResult } from '../package/src/agent';
import { AutodidactError } from '../package/src/errors';
import type { AgentEvent, BackendChoice, Feedback, ModelSource, Pair, Taught, Tool } from '../package/src/protocol';
import { keepForOffline } from './offline';
import { bringAdapter, suits } from './own-adapter';
import { Session } from './session';
import { confirmCall, runnable } from './tools';
import { Adapters } from './ui/adapters';
import { Answers, doneText } from './ui/answers';
import { Banner, type Remedy } from './ui/banner';
import { LossChart } from './ui/chart';
import { confirmed } from './ui/confirm';
import { backendName, showDevice } from './ui/device';
import { isUsable, need, setUsable } from './ui/dom';
import { examples } from './ui/examples';
import { bytes } from './ui/format';
import { FeedbackForm } from './ui/feedback';
import { Gate } from './ui/gate';
import { Menu } from './ui/menu';
import { Meter } from './ui/meter';
import { Models } from './ui/models';
import { Pairs } from './ui/pairs';
import { phaseText } from './ui/phases';
import { Progress } from './ui/progress';
import { Settings } from './ui/settings';
import { StoragePanel } from './ui/storage';
import { Things } from './ui/things';
import { ToolResults } from './ui/tool-results';
import { wipe } from './wipe';

const query = need<HTMLTextAreaElement>('query');
const askButton = need('ask');
const stopButton = need('stop');

/**
 * `?hub=` names a mirror of Hugging Face at the page's own origin (the policy allows no other). `?backend=`, `?store=` and
 * `?software_gpu=1` set what the tests need and the form does not offer.
 */
const address = new URLSearchParams(location.search);
const store = address.get('store') ?? 'autodidact';

/** The built-in model, by the addresses of its files. */
const seed: ModelSource = {
  name: 'seed',
  files: Object.fromEntries(
    ['config.json', 'generation_config.json', 'tokenizer.json', 'tokenizer_config.json', 'model.safetensors'].map((file) => [
      file, new URL(`model/${file}`, document.baseURI).href,
    ])),
};

let session: Session; // Made by start(), which runs before anything can use it.
let running: AbortController | null = null;
/** The last question, for what the user says of its answer. */
let asked: { query: string; options: TaskOptions } | null = null;
let offline: Promise<string> | undefined;
/** The name of the page's own adapter at the agent, if it has that. */
let ownAdapter: Promise<string | null> = Promise.resolve(null);
/** What ended the agent, and the ways on, until it is started again. */
let failure: AutodidactError | null = null;
let remedies: Remedy[] = [];

const say = (text: string) => {
  need('status').textContent = text;
};

const banner = new Banner();
const settings = new Settings(() => void start());
const models = new Models(seed, address.get('hub'), () => void start());
const menu = new Menu(async (json) => (await session.agent).parseTools(json));
const progress = new Progress();
const meter = new Meter();
const pairs = new Pairs();
const chart = new LossChart();
const answers = new Answers();
const toolResults = new ToolResults();
const gate = new Gate();
const feedback = new FeedbackForm({ teach, say, fail: report });
const adapters = new Adapters({
  agent: () => session.agent,
  onList: (list) => {
    settings.offer(list);
    storage.refresh();
  },
  onUse: (name) => {
    settings.use(name);
    say(`The next question starts from “${name}”.`);
  },
  say,
  fail: report,
});

const storage = new StoragePanel({ agent: () => session.agent, clear: clearAll, say, fail: report });

/** Shows an error; one that ends the agent comes with a way to start it again. */
function report(reason: unknown): void {
  const error = AutodidactError.from(reason);
  if (error.isAborted) return;
  if (error.isFatal) failed(error, 'The agent has stopped');
  else banner.show(failure ?? error, remedies);
}

function failed(error: AutodidactError, text: string): void {
  const again = { label: 'Start again', run: () => void start() };
  const onCpu = { label: 'Use the CPU', run: () => ((settings.backend = 'cpu'), void start()) };
  failure = error;
  const builtIn = { label: 'Use the built-in model', run: () => (models.reset(), void start()) };
  remedies = [...(error.isOfGpu && settings.backend !== 'cpu' ? [onCpu] : []), ...(models.isSeed ? [] : [builtIn]), again];
  banner.show(error, remedies);
  engine('failed', text, 0);
  setUsable(askButton, false);
  say(`${text}.`);
}

function engine(state: 'loading' | 'ready' | 'failed', text: string, loaded?: number): void {
  need('engine').dataset['state'] = state;
  need('engine-text').textContent = text;
  const bar = need<HTMLProgressElement>('load-progress');
  if (loaded === undefined) bar.removeAttribute('value');
  else bar.value = loaded;
}

/** Ends the agent that may be running, and starts one with the present settings in a new worker. */
async function start(): Promise<void> {
  running?.abort();
  session?.end();
  banner.hide();
  failure = null;
  remedies = [];
  setUsable(askButton, false);
  engine('loading', 'Loading the agent …');
  showDevice(null);
  const options: AgentOptions = {
    model: models.source, backend: settings.backend, store, confirm: confirmCall, onEvent: showLoading,
  };
  if (address.get('software_gpu') === '1') options.forceSoftwareGpu = true;
  const mine = (session = new Session(options));
  try {
    const agent = await mine.agent;
    if (mine !== session) return;
    ownAdapter = models.isSeed ? bringAdapter(agent).catch((reason) => (report(reason), null)) : Promise.resolve(null);
    // Another tab may store or delete adapters.
    agent.adapters.subscribe(refreshAdapters);
    showDevice(agent.report);
    engine('ready', `Ready on ${backendName(agent.report.backend)}`, 1);
    setUsable(askButton, true);
    say('Ready.');
    // Now the network is free.
    offline ??= keepForOffline().then((works) => (works ? 'works' : 'not here'), () => 'could not be prepared');
    void offline.then((state) => (storage.offline = state));
  } catch (error) {
    const reason = AutodidactError.from(error);
    // A newer start took over, or all is being cleared.
    if (mine !== session || reason.isAborted) return;
    return failed(reason, 'The agent could not start');
  }
  // Without a store the agent still answers.
  await adapters.refresh().catch(report);
}

/** While the agent works it waits: the list is read at the end too. */
function refreshAdapters(): void {
  if (!running && isUsable(askButton)) void adapters.refresh().catch(report);
}

function showLoading(event: AgentEvent): void {
  if (event.type === 'download') {
    const { file, loaded, total } = event;
    const known = total > 0;
    engine('loading', `Loading ${file}: ${bytes(loaded)}${known ? ` of ${bytes(total)}` : ''}`, known ? loaded / total : undefined);
  } else if (event.type === 'phase') {
    engine('loading', `${phaseText(event.phase)} …`);
  }
}

/** Ends the agent, forgets everything, and starts a new one as at the first visit. */
async function clearAll(): Promise<void> {
  const question = 'Delete all adapters, timers, to-dos, notes, downloaded models, settings and the files for use without a network? This cannot be undone.';
  if (!(await confirmed(question, 'Clear all'))) return;
  running?.abort();
  session.end();
  setUsable(askButton, false);
  engine('loading', 'Clearing …');
  settings.reset();
  models.reset();
  clearResults();
  try {
    await wipe(store);
    offline = Promise.resolve('after the next visit');
  } finally {
    await start();
  }
  say('All data of this page were deleted.');
}

async function ask(): Promise<void> {
  // The banner that told how to start again may have been closed.
  if (failure) return banner.show(failure, remedies);
  if (!isUsable(askButton) || running) return;
  banner.hide();
  if (query.value.trim() === '') {
    say('Write a task first.');
    query.focus();
    return;
  }
  running = new AbortController();
  const { signal } = running;
  setUsable(askButton, false);
  setUsable(stopButton, true);
  try {
    const tools = await readMenu();
    const options = tools && (await choose(tools));
    if (!tools || !options) return;
    clearResults();
    progress.start();
    need('results').dataset['state'] = 'running';
    showResults();
    const agent = await session.agent;
    if (options.keep || options.memory === 'keep') void agent.adapters.persist().then(() => storage.refresh());
    asked = { query: query.value.trim(), options: { ...options, tools: runnable(tools), onEvent: showEvent, ...(settings.reviews && { review }) } };
    await finish(await agent.ask(asked.query, { ...asked.options, signal }));
  } catch (reason) {
    stopped(AutodidactError.from(reason));
  } finally {
    running = null;
    setUsable(stopButton, false);
    if (need('engine').dataset['state'] === 'ready') setUsable(askButton, true);
  }
}

/** Shows the examples, and waits for what the user says of them. */
function review(examples: Pair[]): Promise<Pair[]> {
  progress.wait();
  say('Look at the examples it wrote: nothing is learned before you say so.');
  return pairs.review(examples);
}

/** Tells the agent what the user says of its last answer. */
async function teach(said: Feedback): Promise<Taught> {
  if (!asked || running) throw new AutodidactError({ name: 'AutodidactError', code: 'Busy', message: 'the agent is busy' });
  running = new AbortController();
  setUsable(askButton, false);
  setUsable(stopButton, true);
  try {
    const { options, query: about } = asked;
    const taught = await (await session.agent).feedback(about, said, { ...options, signal: running.signal });
    if (taught.gate) gate.show(taught.gate);
    return taught;
  } finally {
    running = null;
    setUsable(stopButton, false);
    if (need('engine').dataset['state'] === 'ready') setUsable(askButton, true);
    await adapters.refresh().catch(report);
  }
}

/** The tools, or null when the menu is not valid. */
async function readMenu(): Promise<Tool[] | null> {
  try {
    return await menu.read();
  } catch (reason) {
    if (AutodidactError.from(reason).code !== 'InvalidInput') throw reason;
    menu.open();
    say('The tool menu is not valid.');
    return null;
  }
}

/** The settings for a menu, or null when one is not valid or a stored adapter shall not be replaced. */
async function choose(tools: readonly Tool[]): Promise<LearnOptions | null> {
  // Another tab may have stored something.
  if (settings.keeps) await adapters.refresh().catch(report);
  const options = settings.options();
  if (!options) {
    say('Correct the marked setting first.');
    return null;
  }
  const own = settings.startsFromOwn && suits(tools) && (await ownAdapter);
  if (own) options.adapter = own;
  const { keep, threshold } = options;
  if (!keep || threshold === 0 || !adapters.has(keep)) return options;
  if (await confirmed(`Replace the stored adapter “${keep}” by what is learned now? This cannot be undone.`, 'Replace')) {
    return { ...options, replace: true };
  }
  say('Nothing was asked. Choose another name to keep it under.');
  settings.focusKeepName();
  return null;
}

function clearResults(): void {
  answers.clear();
  feedback.hide();
  toolResults.clear();
  meter.clear();
  pairs.clear('None yet.');
  chart.clear('No training yet.');
  gate.clear();
}

/** On a narrow screen the results lie below the form: go there. */
function showResults(): void {
  // The first of them: the box around all has no place of its own there (narrow.css).
  const first = need('results').firstElementChild;
  const place = first?.getBoundingClientRect();
  if (place && (place.top > innerHeight / 2 || place.bottom < 0)) first?.scrollIntoView();
}

function showEvent(event: TaskEvent): void {
  switch (event.type) {
    case 'phase':
      progress.enter(event.phase);
      return say(`${phaseText(event.phase)} …`);
    case 'score':
      return meter.show(event.uncertainty);
    case 'token':
      return answers.write(event.answer, event.text);
    case 'answer':
      return answers.show(event.answer, event.result);
    case 'pair':
      return pairs.add(event.pair, event.valid, event.reason);
    case 'train':
      progress.step(event);
      return chart.add(event);
    case 'tool-call':
      progress.end(false);
      return say(`Executing ${event.call.name} …`);
    case 'tool-result':
      return toolResults.add(event.result);
    case 'download':
    case 'backend':
      return;
  }
}

async function finish(trace: TaskResult): Promise<void> {
  progress.end(false, trace.seconds);
  need('results').dataset['state'] = 'done';
  meter.show(trace.uncertainty);
  const start = asked?.options.adapter;
  answers.finish(trace, start && (start === (await ownAdapter) ? 'the adapter for the tools of this page' : `“${start}”`));
  if (trace.results.length === 0 && trace.final.error === undefined) toolResults.notRun(trace.final.calls);
  pairs.finish(trace.synthesis);
  if (asked?.options.memory) feedback.offer(trace.answer.calls);
  if (!trace.training) chart.clear('No training was needed or possible.');
  if (trace.gate) gate.show(trace.gate);
  say(doneText(trace));
  // The result stands, whatever becomes of the list.
  await adapters.refresh().catch(report);
}

function stopped(error: AutodidactError): void {
  progress.end(true);
  pairs.close();
  need('results').dataset['state'] = 'stopped';
  answers.stop(error.isAborted ? 'Stopped. The model’s own weights are unchanged.' : 'There was an error; see the message.');
  say(error.isAborted ? 'Stopped.' : 'There was an error.');
  report(error);
}

function showExample(name: string): void {
  const example = examples[name];
  if (!example) return;
  query.value = example.query;
  menu.set(example.tools);
}

need('ask-form').addEventListener('submit', (event) => {
  event.preventDefault();
  void ask();
});
query.addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void ask();
});
stopButton.addEventListener('click', () => {
  if (!isUsable(stopButton)) return;
  if (running?.signal.aborted) return void start(); // It does not listen: end its worker.
  say('Stopping … Press Stop again to end it at once.');
  running?.abort();
});
need('examples').addEventListener('click', (event) => {
  const name = (event.target as HTMLElement).dataset['example'];
  if (name) showExample(name);
});
// Where tabs cannot speak to each other.
addEventListener('focus', refreshAdapters);

new Things();
const chosen = address.get('backend');
if (chosen === 'cpu' || chosen === 'webgpu' || chosen === 'auto') settings.backend = chosen satisfies BackendChoice;
const typedEarly = query.value;
showExample('timer');
if (typedEarly) query.value = typedEarly;
void start();
