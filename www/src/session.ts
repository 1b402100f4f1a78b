import { createAgent, type Agent, type AgentOptions } from 'autodidact';

/** One start of the agent: it can be waited for, and ended at any time. */
export class Session {
  /** The agent, as soon as it has started. */
  readonly agent: Promise<Agent>;
  readonly #stop = new AbortController();

  constructor(options: AgentOptions) {
    this.agent = createAgent({ ...options, signal: this.#stop.signal });
    this.agent.catch(() => {}); // Told to whoever waits for it.
  }

  /** Ends the worker, whatever it is doing, before or after it has started. */
  end(): void {
    this.#stop.abort();
    this.agent.then((agent) => agent.dispose(), () => {});
  }
}
