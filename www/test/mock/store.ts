import type { AdapterMeta } from 'autodidact';

interface StoredAdapter {
  meta: AdapterMeta;
  bytes: Uint8Array;
}

const TABLE = 'adapters';

/** The mock's adapters, in IndexedDB so that they survive a reload. */
export class AdapterStore {
  private constructor(private readonly db: IDBDatabase) {}

  static open(name: string): Promise<AdapterStore> {
    return new Promise((resolve, reject) => {
      const request = indexedDB.open(name, 1);
      request.onupgradeneeded = () => request.result.createObjectStore(TABLE);
      request.onsuccess = () => resolve(new AdapterStore(request.result));
      request.onerror = () => reject(request.error);
    });
  }

  async list(): Promise<AdapterMeta[]> {
    const all = await this.#run<StoredAdapter[]>('readonly', (table) => table.getAll());
    return all.map(({ meta }) => meta);
  }

  get(name: string): Promise<StoredAdapter | undefined> {
    return this.#run('readonly', (table) => table.get(name));
  }

  async put(meta: AdapterMeta, bytes: Uint8Array): Promise<void> {
    await this.#run('readwrite', (table) => table.put({ meta, bytes } satisfies StoredAdapter, meta.name));
  }

  async delete(name: string): Promise<void> {
    await this.#run('readwrite', (table) => table.delete(name));
  }

  #run<T>(mode: IDBTransactionMode, work: (table: IDBObjectStore) => IDBRequest): Promise<T> {
    return new Promise((resolve, reject) => {
      const transaction = this.db.transaction(TABLE, mode);
      const request = work(transaction.objectStore(TABLE));
      transaction.oncomplete = () => resolve(request.result as T);
      transaction.onerror = () => reject(transaction.error);
    });
  }
}
