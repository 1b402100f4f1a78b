import { clearDownloads, type Agent } from 'autodidact';
import { keepForOffline } from '../offline';
import { confirmed } from './confirm';
import { fact, need } from './dom';
import { bytes, percent } from './format';

interface Hooks {
  agent: () => Promise<Agent>;
  clear: () => Promise<void>;
  say: (text: string) => void;
  fail: (error: unknown) => void;
}

/** What is kept in this browser, how safe it is, and the way to be rid of it. */
export class StoragePanel {
  readonly #list = need('storage');
  readonly #persist = need<HTMLButtonElement>('persist');
  readonly #drop = need<HTMLButtonElement>('delete-downloads');
  readonly #hooks: Hooks;
  #offline = 'not yet';
  /** Says whether the page works without a network, once that is prepared. */
  #preparing: Promise<string> | null = null;

  constructor(hooks: Hooks) {
    this.#hooks = hooks;
    this.#persist.addEventListener('click', () => this.#run(() => this.#ask()));
    this.#drop.addEventListener('click', () => this.#run(() => this.#deleteDownloads()));
    need('clear-all').addEventListener('click', () => this.#run(hooks.clear));
    this.#show('–', '–', '–', '–');
  }

  /** Prepares the page for use without a network, at its first call, and says whether it works. */
  prepareOffline(): void {
    this.#preparing ??= keepForOffline().then((works) => (works ? 'works' : 'not here'), () => 'could not be prepared');
    void this.#preparing.then((state) => {
      this.#offline = state;
      this.refresh();
    });
  }

  /** The files for use without a network were deleted. */
  forgetOffline(): void {
    this.#preparing = Promise.resolve('after the next visit');
  }

  refresh(): void {
    this.#run(async () => {
      const { adapters, models, usage, quota, persistent } = await (await this.#hooks.agent()).adapters.storage();
      const share = quota ? ` (${percent((usage ?? 0) / quota)} of ${bytes(quota)})` : '';
      this.#persist.disabled = persistent;
      this.#drop.hidden = models === 0;
      this.#show(usage === null ? 'not told by this browser' : `${bytes(usage)}${share}`, bytes(models), bytes(adapters), persistent ? 'yes' : 'no: the browser may clear it');
    });
  }

  #show(used: string, models: string, adapters: string, persistent: string): void {
    this.#list.replaceChildren(
      fact('Used', used), fact('Downloaded models', models), fact('Adapters', adapters), fact('Kept for good', persistent), fact('Without a network', this.#offline));
  }

  /** The running agent has its model in memory, and goes on. */
  async #deleteDownloads(): Promise<void> {
    if (!(await confirmed('Delete all downloaded models, begun ones too? They would have to be fetched again.', 'Delete'))) return;
    await clearDownloads();
    this.refresh();
    this.#hooks.say('The downloaded models were deleted.');
  }

  async #ask(): Promise<void> {
    const granted = await (await this.#hooks.agent()).adapters.persist();
    this.refresh();
    this.#hooks.say(granted ? 'The browser will not clear it by itself.' : 'The browser did not promise it. It may after you have used the page more often.');
  }

  #run(work: () => Promise<void>): void {
    work().catch(this.#hooks.fail);
  }
}
