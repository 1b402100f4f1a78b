import type { AdapterMeta, Lesson } from 'autodidact';

interface StoredAdapter {
  meta: AdapterMeta;
  bytes: Uint8Array;
}

const ADAPTERS = 'adapters';
const LESSONS = 'lessons';

/** What the mock keeps, in IndexedDB so that it survives a reload: adapters, and lessons by menu. */
export class Store {
  private constructor(private readonly db: IDBDatabase) {}

  static open(name: string): Promise<Store> {
    return new Promise((resolve, reject) => {
      const request = indexedDB.open(name, 1);
      request.onupgradeneeded = () => [ADAPTERS, LESSONS].forEach((table) => request.result.createObjectStore(table));
      request.onsuccess = () => resolve(new Store(request.result));
      request.onerror = () => reject(request.error);
    });
  }

  async list(): Promise<AdapterMeta[]> {
    const all = await this.#run<StoredAdapter[]>(ADAPTERS, 'readonly', (table) => table.getAll());
    return all.map(({ meta }) => meta);
  }

  get(name: string): Promise<StoredAdapter | undefined> {
    return this.#run(ADAPTERS, 'readonly', (table) => table.get(name));
  }

  async put(meta: AdapterMeta, bytes: Uint8Array): Promise<void> {
    await this.#run(ADAPTERS, 'readwrite', (table) => table.put({ meta, bytes } satisfies StoredAdapter, meta.name));
  }

  async delete(name: string): Promise<void> {
    await this.#run(ADAPTERS, 'readwrite', (table) => table.delete(name));
  }

  async lessons(menu: string): Promise<Lesson[]> {
    return (await this.#run<Lesson[] | undefined>(LESSONS, 'readonly', (table) => table.get(menu))) ?? [];
  }

  async putLessons(menu: string, lessons: Lesson[]): Promise<void> {
    await this.#run(LESSONS, 'readwrite', (table) => (lessons.length > 0 ? table.put(lessons, menu) : table.delete(menu)));
  }

  #run<T>(table: string, mode: IDBTransactionMode, work: (table: IDBObjectStore) => IDBRequest): Promise<T> {
    return new Promise((resolve, reject) => {
      const transaction = this.db.transaction(table, mode);
      const request = work(transaction.objectStore(table));
      transaction.oncomplete = () => resolve(request.result as T);
      transaction.onerror = () => reject(transaction.error);
    });
  }
}
