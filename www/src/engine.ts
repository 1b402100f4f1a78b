/** The agent of the page: starts it, shows its state, and offers ways on when it has stopped. */
import { AutodidactError, type Agent, type AgentEvent, type AgentOptions, type Learned } from 'autodidact';
import { address } from './address';
import { bringAdapter } from './own-adapter';
import { Session } from './session';
import { confirmCall } from './tools';
import { Banner, type Remedy } from './ui/banner';
import { DownloadControls, type Progress } from './ui/download-controls';
import { backendName, showDevice } from './ui/device';
import { need } from './ui/dom';
import { bytes } from './ui/format';
import type { Models } from './ui/models';
import { phaseText } from './ui/phases';
import type { Settings } from './ui/settings';
import { say } from './ui/status';

type State = 'loading' | 'paused' | 'ready' | 'failed';

interface Hooks {
  settings: Settings;
  models: Models;
  /** The state has changed. */
  onState: () => void;
  /** The agent that may be running is about to end. */
  onEnd: () => void;
  /** A new agent can be asked. */
  onReady: (agent: Agent) => Promise<void>;
  /** Something was learned while nobody waited. */
  onLearned: (outcome: Learned) => void;
}

export class Engine {
  readonly #hooks: Hooks;
  readonly #banner = new Banner();
  #state: State = 'loading';
  #session: Session | null = null;
  /** The name of the page's own adapter at the agent, if it has that. */
  #ownAdapter: Promise<string | null> = Promise.resolve(null);
  /** The error that ended the agent, and the ways on, until it is started again. */
  #failure: AutodidactError | null = null;
  #remedies: Remedy[] = [];
  readonly #download = new DownloadControls({
    pause: (progress) => this.#pause(progress),
    resume: () => void this.start(),
    cancel: () => this.#cancel(),
  });

  constructor(hooks: Hooks) {
    this.#hooks = hooks;
  }

  /** Starts the agent, but for a download that was paused, maybe at an earlier visit: that stays so. */
  async begin(): Promise<void> {
    const { models } = this.#hooks;
    const paused = models.isDownloaded ? this.#download.paused : null;
    if (!paused) return this.start();
    showDevice(null);
    this.#pause(paused);
  }

  /** Why it cannot be asked now. */
  get waiting(): string {
    return this.#state === 'paused' ? 'The download of the model is paused. Resume it first, or cancel it.' : 'It is still loading. Send it in a moment.';
  }

  /** The agent, as soon as it has started. */
  get agent(): Promise<Agent> {
    return this.#session?.agent ?? Promise.reject(new Error('the agent has not been started'));
  }

  get isReady(): boolean {
    return this.#state === 'ready';
  }

  get ownAdapter(): Promise<string | null> {
    return this.#ownAdapter;
  }

  /** Ends the agent that may be running, and starts one with the present settings in a new worker. */
  async start(): Promise<void> {
    this.end('Loading the agent …');
    this.#banner.hide();
    this.#failure = null;
    this.#remedies = [];
    this.#download.forget();
    say('Loading. You can write already.');
    showDevice(null);
    const mine = (this.#session = new Session(this.#options()));
    try {
      const agent = await mine.agent;
      if (mine !== this.#session) return;
      this.#ownAdapter = this.#hooks.models.isBuiltIn ? this.#bringAdapter(agent) : Promise.resolve(null);
      showDevice(agent.report, await this.#hooks.models.checked());
      if (mine !== this.#session) return;
      void this.#hooks.models.refresh();
      this.#show('ready', `Ready on ${backendName(agent.report.backend)}`, 1);
      say('Ready.');
      await this.#hooks.onReady(agent);
    } catch (error) {
      const reason = AutodidactError.from(error);
      // A newer start took over, or all is being cleared.
      if (mine !== this.#session || reason.isAborted) return;
      this.#fail(reason, 'The agent could not start');
    }
  }

  /** Ends the agent, whatever it is doing; `text` says what comes next. */
  end(text: string): void {
    this.#hooks.onEnd();
    this.#session?.end();
    this.#show('loading', text);
  }

  /** Shows an error; one that ends the agent comes with a way to start it again. */
  report(reason: unknown): void {
    const error = AutodidactError.from(reason);
    if (error.isAborted) return;
    if (error.isFatal) this.#fail(error, 'The agent has stopped');
    else this.#banner.show(this.#failure ?? error, this.#remedies);
  }

  /** Shows once more why there is no agent, where that is so: the banner may have been closed. */
  explain(): boolean {
    if (this.#failure) this.#banner.show(this.#failure, this.#remedies);
    return this.#failure !== null;
  }

  hideError(): void {
    this.#banner.hide();
  }

  /** Ends the download; it goes on from its last byte, also at a later visit. */
  #pause(progress: Progress): void {
    const { file, loaded, total } = progress;
    this.end('Pausing …');
    this.#download.pause(progress);
    this.#show('paused', `Paused at ${bytes(loaded)} of ${bytes(total)}: ${file}`, loaded / total);
    say('The download is paused. It goes on from there, also after a reload.');
  }

  #cancel(): void {
    const { models } = this.#hooks;
    models.reset();
    void this.start();
    say('Cancelled. What came of the model is kept: loading it again goes on from there.');
  }

  #options(): AgentOptions {
    const { settings, models } = this.#hooks;
    return {
      model: models.source, backend: settings.backend, store: address.store, confirm: confirmCall,
      onLearned: (outcome) => this.#hooks.onLearned(outcome),
      ...(address.forceSoftwareGpu && { forceSoftwareGpu: true }), onEvent: (event) => this.#showLoading(event),
    };
  }

  async #bringAdapter(agent: Agent): Promise<string | null> {
    try {
      return await bringAdapter(agent);
    } catch (reason) {
      this.report(reason);
      return null;
    }
  }

  #fail(error: AutodidactError, text: string): void {
    const { settings, models } = this.#hooks;
    const start = () => void this.start();
    const remedies: Remedy[] = [{ label: 'Start again', run: start }];
    if (!models.isBuiltIn) remedies.unshift({ label: 'Use the built-in model', run: () => (models.reset(), start()) });
    if (error.isOfGpu && settings.backend !== 'cpu') {
      remedies.unshift({ label: 'Use the CPU', run: () => (settings.useBackend('cpu'), start()) });
    }
    this.#failure = error;
    this.#remedies = remedies;
    this.#banner.show(error, remedies);
    this.#show('failed', text, 0);
    say(`${text}.`);
  }

  #showLoading(event: AgentEvent): void {
    if (event.type === 'phase') this.#show('loading', `${phaseText(event.phase)} …`);
    if (event.type !== 'download') return;
    const { file, loaded, total } = event;
    // The name comes last: it may be long.
    if (total > 0) this.#show('loading', `Loading ${bytes(loaded)} of ${bytes(total)}: ${file}`, loaded / total);
    else this.#show('loading', `Loading ${bytes(loaded)}: ${file}`);
    if (!this.#hooks.models.isDownloaded || total === 0) return;
    if (loaded < total) this.#download.show({ file, loaded, total });
    else this.#show('loading', `Checking and reading ${file} …`);
  }

  /** `loaded` is a share in [0, 1]; without it the bar only says that something goes on. */
  #show(state: State, text: string, loaded?: number): void {
    this.#state = state;
    need('engine').dataset['state'] = state;
    need('engine-text').textContent = need('engine-text').title = text;
    const bar = need<HTMLProgressElement>('load-progress');
    if (loaded === undefined) bar.removeAttribute('value');
    else bar.value = loaded;
    this.#download.enter(state === 'paused' || (state === 'loading' && loaded !== undefined));
    this.#hooks.onState();
  }
}
