/** The page: makes its parts and connects them. */
import { address } from './address';
import { Asking } from './asking';
import { builtInModel } from './built-in-model';
import { Conversation, type Turn } from './conversation';
import { Engine } from './engine';
import type { Exchange } from './exchange';
import { Inside } from './inside';
import { listenToKeys } from './keys';
import { Lessons } from './lessons';
import { Planner } from './plan';
import { Replies } from './replies';
import { clearKept } from './tools/kept';
import { Adapters } from './ui/adapters';
import { Composer } from './ui/composer';
import { confirmed } from './ui/confirm';
import { need, setUsable } from './ui/dom';
import type { Example } from './ui/examples';
import { LessonsList } from './ui/lessons-list';
import { Log } from './ui/log';
import { Menu } from './ui/menu';
import { Models } from './ui/models';
import { Settings } from './ui/settings';
import { say } from './ui/status';
import { StoragePanel } from './ui/storage';
import { Things } from './ui/things';
import { wipe } from './wipe';
import { Work } from './work';

const fail = (error: unknown) => engine.report(error);
const agent = () => engine.agent;
const restart = () => void engine.start();
const showLessons = () => lessonsList.refresh();

const settings = new Settings({ onBackend: () => void engine.begin(), onMemory: showLessons });
const models = new Models(builtInModel, address.hub, restart);
const menu = new Menu(async (json) => (await agent()).parseTools(json), showLessons);
const storage = new StoragePanel({ agent, clear: clearAll, say, fail });
const adapters = new Adapters({
  agent,
  onList: (list) => {
    settings.offer(list);
    storage.refresh();
  },
  onUse: (name) => {
    settings.use(name);
    say(`The next request starts from “${name}”.`);
  },
  say,
  fail,
});
const engine = new Engine({
  settings,
  models,
  onState: showUse,
  onEnd: () => {
    work.abort();
    lessons.drop();
  },
  onLearned: (outcome) => lessons.learned(outcome),
  async onReady(started) {
    // Another tab may store or delete adapters.
    started.adapters.subscribe(refresh);
    // Now the network is free.
    storage.prepareOffline();
    menu.check();
    showLessons();
    // Without a store the agent still answers.
    await adapters.refresh().catch(fail);
  },
});
const work = new Work({ isReady: () => engine.isReady, onChange: showUse, restart });
const inside = new Inside();
const log = new Log();
const conversation = new Conversation((turn) => views.get(turn)?.drop());
/** What is seen of each turn. */
const views = new WeakMap<Turn, Exchange['view']>();
const lessons = new Lessons({ engine, work, inside, onChange: refresh });
const planner = new Planner({ engine, settings, menu, adapters });
const asking = new Asking({
  engine, work, conversation, planner, log, inside, lessons,
  hooksOf: (exchange) => replies.hooks(exchange),
  onBegin: ({ turn, view }) => {
    views.set(turn, view);
    // What was written since is not lost.
    if (composer.words.trim() === turn.words) composer.words = '';
  },
  onEnd: refreshNow,
});
const replies = new Replies({ engine, work, asking, planner, inside, lessons, onEnd: refreshNow });
const composer = new Composer({ send: (words) => void send(words).catch(fail), show: (example) => void show(example).catch(fail), restart: begin });
const lessonsList = new LessonsList({
  settings, agent, tools: () => menu.read(), forget: (query, options) => lessons.forget(query, options), say, fail,
});

/** Sends what the user wrote: a number chooses, where there is a choice; anything else is a request. */
async function send(words: string): Promise<void> {
  const { question } = log.last ?? {};
  if (/^[1-9]$/.test(words) && question?.isNumbered && question.choose(Number(words))) {
    composer.words = '';
    return;
  }
  const exchange = await asking.ask(words);
  // To where the answer is expected.
  if (exchange && composer.isEmpty && composer.hasFocus) exchange.view.question?.focus();
}

/** Sends an example, one request after the other. */
async function show({ words, tools }: Example): Promise<void> {
  for (const [n, each] of words.entries()) {
    composer.words = each;
    const exchange = await asking.ask(each, tools);
    if (exchange?.turn.ending?.kind !== 'called' && n < words.length - 1) return;
  }
}

/** Begins a new conversation. What was made and learned stays. */
function begin(): void {
  work.abort();
  conversation.clear();
  asking.clear();
  log.clear();
  inside.clear();
  say('A new conversation. What was made and learned stays.');
  composer.focus();
}

/** Shows which buttons can be used now. */
function showUse(): void {
  setUsable(need('ask'), work.isIdle);
  work.show();
}

/** While the agent works it waits: the lists are read at the end too. */
function refresh(): void {
  if (work.isIdle) refreshNow();
}

function refreshNow(): void {
  void adapters.refresh().catch(fail);
  showLessons();
}

/** Ends the agent, forgets everything, and starts a new one as at the first visit. */
async function clearAll(): Promise<void> {
  const kept = 'adapters, lessons, timers, to-dos, notes, events, downloaded models, settings and the files for use without a network';
  if (!(await confirmed(`Delete all ${kept}? This cannot be undone.`, 'Clear all'))) return;
  engine.end('Clearing …');
  clearKept();
  for (const part of [settings, menu, models]) part.reset();
  if (address.backend) settings.backend = address.backend;
  begin();
  try {
    await wipe(address.store);
    storage.forgetOffline();
  } finally {
    await engine.start();
  }
  say('All data of this page were deleted.');
}

// Where tabs cannot speak to each other.
addEventListener('focus', refresh);
need('to-settings').addEventListener('click', () => {
  need<HTMLDetailsElement>('settings').open = true;
  need('settings-heading').focus();
});
listenToKeys({
  stop: () => work.stop(),
  choose: (number) => log.last?.question?.choose(number) ?? false,
});

new Things();
if (address.backend) settings.backend = address.backend;
void engine.begin();
