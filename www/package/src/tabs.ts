import type { AdapterMeta } from './types.ts';
import { downloads } from './store.ts';

/**
 * Several tabs with one store: one at a time learns for or writes an adapter, and all hear of changes. Where the
 * browser has no Web Locks or BroadcastChannel, a tab is alone with itself; each write is whole in any case.
 */
export class Tabs {
  readonly #store: string;
  readonly #channel: BroadcastChannel | null;
  readonly #listeners = new Set<() => void>();

  constructor(store: string) {
    this.#store = `autodidact:${store}`;
    this.#channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel(this.#store);
    if (this.#channel) this.#channel.onmessage = () => this.#tell();
  }

  /** Does what writes under these names while no other tab does; waits for its turn. Without a name: at once. */
  async writing<T>(names: string | string[] | undefined, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    if (names === undefined) return work();
    // In one order for all tabs, so that none waits for one that waits for it.
    const inOrder = [...new Set([names].flat())].sort();
    const result = await inOrder.reduceRight((inner, name) => () => this.#alone(name, signal, inner), work)();
    this.#channel?.postMessage('adapters');
    this.#tell();
    return result;
  }

  /** Calls back after adapters changed, in this tab or in another. Gives a function that ends it. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  close(): void {
    this.#channel?.close();
    this.#listeners.clear();
  }

  async #alone<T>(name: string, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    const locks = globalThis.navigator?.locks;
    if (!locks) return work();
    // What the callback gives is given on, also where the types of `request` say less.
    return await (locks.request(`${this.#store}:${name}`, { ...(signal && { signal }) }, work) as Promise<T>);
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** What the agent keeps in this browser. */
export interface StorageReport {
  /** Bytes of the kept adapters. */
  adapters: number;
  /** Bytes of the models that were downloaded, begun ones too. */
  models: number;
  /** Bytes that this origin uses, all its databases and caches included; null where the browser does not say. */
  usage: number | null;
  /** Bytes that it may use; null where the browser does not say. */
  quota: number | null;
  /** The browser will not clear it by itself. */
  persistent: boolean;
}

export async function storageReport(adapters: AdapterMeta[]): Promise<StorageReport> {
  const storage = globalThis.navigator?.storage;
  const { usage = null, quota = null } = (await storage?.estimate?.()) ?? {};
  const sum = (kept: { bytes: number }[]) => kept.reduce((total, { bytes }) => total + bytes, 0);
  return { adapters: sum(adapters.filter(({ session }) => !session)), models: sum(await downloads()), usage, quota, persistent: (await storage?.persisted?.()) ?? false };
}

/** Asks the browser not to clear what is kept; it may refuse, or ask the user. */
export const persistStorage = async (): Promise<boolean> => (await globalThis.navigator?.storage?.persist?.()) ?? false;
