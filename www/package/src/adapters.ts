import type { AgentClient } from './client.ts';
import { persistStorage, storageReport, type StorageReport, type Tabs } from './tabs.ts';
import type { AdapterMeta, ExportOptions, ImportOptions } from './types.ts';

/** The name of the lock under which the memory is written. */
export const MEMORY = 'memory';

export interface Adapters {
  /** Newest first. */
  list(): Promise<AdapterMeta[]>;
  /** A file: a zip that unpacks to a PEFT directory, or with `format: 'gguf'` one that llama.cpp loads. */
  export(name: string, options?: ExportOptions): Promise<Uint8Array>;
  /**
   * Checks the adapter of a PEFT zip against the model and keeps it. A name that is taken is refused, unless it may
   * `replace`.
   */
  import(name: string, zip: Uint8Array, options?: ImportOptions): Promise<AdapterMeta>;
  /**
   * Refused when the new name is taken. An adapter of the memory no longer belongs to it then, and stays until you
   * delete it.
   */
  rename(from: string, to: string): Promise<void>;
  delete(name: string): Promise<void>;
  /**
   * Takes the newest version of a cluster of the memory back. Resolves to the name of the one before it, if there is
   * one.
   */
  rollBack(cluster: string): Promise<string | null>;
  /** Deletes a cluster of the memory with all its versions. */
  forget(cluster: string): Promise<void>;
  /** Calls back after something was kept or deleted, in this tab or in another. Returns a function that ends this. */
  subscribe(listener: () => void): () => void;
  /** The storage that is used, and the storage that may be. */
  storage(): Promise<StorageReport>;
  /** Asks the browser not to clear by itself what is kept; false where it does not promise that. */
  persist(): Promise<boolean>;
}

/** The adapters of an agent. `first` runs a call that somebody waits for before any that nobody does. */
export function adaptersOf(client: AgentClient, tabs: Tabs, first: <T>(work: () => Promise<T>) => Promise<T>): Adapters {
  const writing = <T>(names: string | string[], work: () => Promise<T>) => first(() => tabs.writing(names, undefined, work));
  const list = () => client.call('listAdapters', []);
  return {
    list,
    export: (name, options = {}) => client.call('exportAdapter', [name, options]),
    import(name, zip, options = {}) {
      const work = () => client.call('importAdapter', [name, zip, options]);
      return options.session ? first(work) : writing(name, work);
    },
    // Each may be an adapter of the memory.
    rename: (from, to) => writing([from, to, MEMORY], () => client.call('renameAdapter', [from, to])),
    delete: (name) => writing([name, MEMORY], () => client.call('deleteAdapter', [name])),
    rollBack: (cluster) => writing(MEMORY, () => client.call('rollBack', [cluster])),
    forget: (cluster) => writing(MEMORY, () => client.call('forget', [cluster])),
    subscribe: (listener) => tabs.subscribe(listener),
    storage: async () => storageReport(await list()),
    persist: persistStorage,
  };
}
