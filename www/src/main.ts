/** The page: makes its parts and connects them. */
import { address } from './address';
import { Asking } from './asking';
import { builtInModel } from './built-in-model';
import { Engine } from './engine';
import { Results } from './results';
import { Adapters } from './ui/adapters';
import { confirmed } from './ui/confirm';
import { Menu } from './ui/menu';
import { Models } from './ui/models';
import { Settings } from './ui/settings';
import { say } from './ui/status';
import { StoragePanel } from './ui/storage';
import { Things } from './ui/things';
import { wipe } from './wipe';

const fail = (error: unknown) => engine.report(error);
const agent = () => engine.agent;
const restart = () => void engine.start();

const settings = new Settings(restart);
const models = new Models(builtInModel, address.hub, restart);
const menu = new Menu(async (json) => (await agent()).parseTools(json));
const storage = new StoragePanel({ agent, clear: clearAll, say, fail });
const adapters = new Adapters({
  agent,
  onList: (list) => {
    settings.offer(list);
    storage.refresh();
  },
  onUse: (name) => {
    settings.use(name);
    say(`The next question starts from “${name}”.`);
  },
  say,
  fail,
});
const engine = new Engine({
  settings,
  models,
  onState: () => asking.show(),
  onEnd: () => asking.abort(),
  async onReady(started) {
    // Another tab may store or delete adapters.
    started.adapters.subscribe(refreshAdapters);
    // Now the network is free.
    storage.prepareOffline();
    // Without a store the agent still answers.
    await adapters.refresh().catch(fail);
  },
});
const results = new Results({ teach: (feedback) => asking.teach(feedback), fail });
const asking = new Asking({ engine, settings, menu, results, adapters, storage });

/** While the agent works it waits: the list is read at the end too. */
function refreshAdapters(): void {
  if (asking.isIdle) void adapters.refresh().catch(fail);
}

/** Ends the agent, forgets everything, and starts a new one as at the first visit. */
async function clearAll(): Promise<void> {
  const kept = 'adapters, timers, to-dos, notes, downloaded models, settings and the files for use without a network';
  const question = `Delete all ${kept}? This cannot be undone.`;
  if (!(await confirmed(question, 'Clear all'))) return;
  engine.end('Clearing …');
  settings.reset();
  models.reset();
  results.clear();
  try {
    await wipe(address.store);
    storage.forgetOffline();
  } finally {
    await engine.start();
  }
  say('All data of this page were deleted.');
}

// Where tabs cannot speak to each other.
addEventListener('focus', refreshAdapters);

new Things();
if (address.backend) settings.backend = address.backend;
void engine.start();
