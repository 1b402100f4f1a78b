/** What the page keeps in localStorage, apart from what the agent keeps. */
const PREFIX = 'autodidact-page:';

/** A value in localStorage that several tabs share. Setting it throws where the browser does not store it. */
export class Kept<T> {
  readonly #key: string;
  readonly #read: (stored: unknown) => T;
  readonly #listeners = new Set<() => void>();
  #value: T;

  /** `read` makes a value of whatever is stored: others may have written there. It gets undefined where nothing is. */
  constructor(name: string, read: (stored: unknown) => T) {
    this.#key = PREFIX + name;
    this.#read = read;
    this.#value = this.#load();
    // `key` is null when all was cleared.
    addEventListener('storage', ({ key }) => (key === this.#key || key === null) && this.#reload());
    cleared.add(() => this.#reload());
  }

  get value(): T {
    return this.#value;
  }

  set value(value: T) {
    localStorage.setItem(this.#key, JSON.stringify(value));
    this.#value = value;
    this.#tell();
  }

  subscribe(listener: () => void): void {
    this.#listeners.add(listener);
  }

  #load(): T {
    try {
      return this.#read(JSON.parse(localStorage.getItem(this.#key) ?? 'null') ?? undefined);
    } catch {
      return this.#read(undefined);
    }
  }

  #reload(): void {
    this.#value = this.#load();
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

const cleared = new Set<() => void>();

/** Removes all of it, and tells those who show it. */
export function clearKept(): void {
  for (const key of Object.keys(localStorage)) if (key.startsWith(PREFIX)) localStorage.removeItem(key);
  for (const reload of cleared) reload();
}

/** Reads a list whose entries have the form that `isEntry` checks; others are left out. */
export const listOf = <T>(isEntry: (entry: unknown) => entry is T) => (stored: unknown): T[] =>
  Array.isArray(stored) ? stored.filter(isEntry) : [];

export const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
