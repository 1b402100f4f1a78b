/** The page: starts the agent, hands tasks to it, and shows what it reports. */
import { AgentClient } from '../package/src/client';
import { AutodidactError } from '../package/src/errors';
import type { AgentEvent, AskOptions, BackendChoice, CreateOptions, Tool, Trace } from '../package/src/protocol';
import { Adapters } from './ui/adapters';
import { Answers } from './ui/answers';
import { Banner, type Remedy } from './ui/banner';
import { LossChart } from './ui/chart';
import { confirmed } from './ui/confirm';
import { backendName, showDevice } from './ui/device';
import { isUsable, need, setUsable } from './ui/dom';
import { examples } from './ui/examples';
import { bytes } from './ui/format';
import { Menu } from './ui/menu';
import { Meter } from './ui/meter';
import { Pairs } from './ui/pairs';
import { phaseText } from './ui/phases';
import { Progress } from './ui/progress';
import { Settings } from './ui/settings';
import { Timing } from './ui/timing';

const query = need<HTMLTextAreaElement>('query');
const askButton = need('ask');
const stopButton = need('stop');

/** `?backend=`, `?store=` and `?software_gpu=1` set what the tests need and the form does not offer. */
const address = new URLSearchParams(location.search);

let client: AgentClient; // Made by start(), which runs before anything can use it.
let running: AbortController | null = null;
/** What ended the agent, and the ways on, until it is started again. */
let failure: AutodidactError | null = null;
let remedies: Remedy[] = [];

const say = (text: string) => {
  need('status').textContent = text;
};

const banner = new Banner();
const settings = new Settings(() => void start());
const menu = new Menu((json) => client.parseTools(json));
const progress = new Progress();
const meter = new Meter();
const pairs = new Pairs();
const chart = new LossChart();
const answers = new Answers();
const timing = new Timing();
const adapters = new Adapters({
  client: () => client,
  onList: (list) => settings.offer(list),
  onUse: (name) => {
    settings.use(name);
    say(`The next question starts from “${name}”.`);
  },
  say,
  fail: report,
});

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
  remedies = error.isOfGpu && settings.backend !== 'cpu' ? [onCpu, again] : [again];
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
  client?.dispose();
  const mine = (client = new AgentClient());
  banner.hide();
  failure = null;
  remedies = [];
  setUsable(askButton, false);
  engine('loading', 'Loading the agent …');
  showDevice(null);
  const options: CreateOptions = { model: new URL('model/', document.baseURI).href, backend: settings.backend };
  const store = address.get('store');
  if (store) options.store = store;
  if (address.get('software_gpu') === '1') options.force_software_gpu = true;
  try {
    const agent = await mine.create(options, showLoading);
    showDevice(agent);
    engine('ready', `Ready on ${backendName(agent.backend)}`, 1);
    setUsable(askButton, true);
    say('Ready.');
  } catch (error) {
    if (mine !== client) return; // A newer start took over.
    return failed(AutodidactError.from(error), 'The agent could not start');
  }
  // Without a store the agent still answers.
  await adapters.refresh().catch(report);
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

async function ask(): Promise<void> {
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
    const options = tools && (await choose());
    if (!tools || !options) return;
    clearResults();
    if (options.keep) void navigator.storage?.persist?.();
    progress.start();
    need('results').dataset['state'] = 'running';
    showResults();
    await finish(await client.ask({ query: query.value.trim(), tools }, options, showEvent, signal));
  } catch (reason) {
    stopped(AutodidactError.from(reason));
  } finally {
    running = null;
    setUsable(stopButton, false);
    if (need('engine').dataset['state'] === 'ready') setUsable(askButton, true);
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

/** The settings, or null when one is not valid or a stored adapter shall not be replaced. */
async function choose(): Promise<AskOptions | null> {
  // Another tab may have stored something.
  if (settings.keeps) await adapters.refresh().catch(report);
  const options = settings.options();
  if (!options) {
    say('Correct the marked setting first.');
    return null;
  }
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
  meter.clear();
  pairs.clear('None yet.');
  chart.clear('No training yet.');
  timing.clear();
}

/** On a narrow screen the results lie below the form: go there. */
function showResults(): void {
  // The first of them: the box around all has no place of its own there (narrow.css).
  const first = need('results').firstElementChild;
  const place = first?.getBoundingClientRect();
  if (place && (place.top > innerHeight / 2 || place.bottom < 0)) first?.scrollIntoView();
}

function showEvent(event: AgentEvent): void {
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
    case 'download':
    case 'backend':
      return;
  }
}

async function finish(trace: Trace): Promise<void> {
  progress.end(false, trace.seconds);
  need('results').dataset['state'] = 'done';
  meter.show(trace.uncertainty);
  answers.finish(trace);
  pairs.finish(trace.synthesis);
  if (!trace.training) chart.clear('No training was needed or possible.');
  timing.show(trace.seconds);
  say(trace.adapted ? 'Done: it learned and answered again.' : 'Done: the first answer stands.');
  // The result stands, whatever becomes of the list.
  if (trace.stored) await adapters.refresh().catch(report);
}

function stopped(error: AutodidactError): void {
  progress.end(true);
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
// Another tab may have stored or deleted adapters.
addEventListener('focus', () => {
  if (!running && isUsable(askButton)) void adapters.refresh().catch(report);
});

const chosen = address.get('backend');
if (chosen === 'cpu' || chosen === 'webgpu' || chosen === 'auto') settings.backend = chosen satisfies BackendChoice;
const typedEarly = query.value;
showExample('hotel');
if (typedEarly) query.value = typedEarly;
void start();
