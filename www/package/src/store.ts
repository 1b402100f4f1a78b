/** Downloaded files in the Origin Private File System: each under its hash, with a note beside it. */

/** What is known of a file. */
export interface Note {
  model: string;
  name: string;
  /** Of the answer that the first byte came from. */
  etag?: string | undefined;
  /** Its size, once all of it was here and its hash was right. */
  whole?: number;
}

/** A file of a model in this browser, whole or begun. */
export interface Download {
  model: string;
  name: string;
  /** `sha256-` or `git-` (of a git blob, SHA-1), then hexadecimal digits. */
  hash: string;
  /** Bytes that are here. */
  bytes: number;
  /** Whole and checked. Else the next download goes on from here. */
  complete: boolean;
}

/** What the DOM's types leave out, as workers alone have it. Some browsers gave promises. */
export interface SyncFile {
  getSize(): number | Promise<number>;
  truncate(size: number): void | Promise<void>;
  write(bytes: Uint8Array, options: { at: number }): number;
  flush(): void | Promise<void>;
  close(): void | Promise<void>;
}

const NOTE = '.note';
const LIST = 'list-';

/** `null` where the browser keeps no files, as in some private windows. */
export async function folder(): Promise<FileSystemDirectoryHandle | null> {
  try {
    return await (await navigator.storage.getDirectory()).getDirectoryHandle('autodidact-models', { create: true });
  } catch {
    return null;
  }
}

/** A file that cannot be read is not there, and will be fetched again. */
export async function stored(dir: FileSystemDirectoryHandle, name: string): Promise<File | null> {
  try {
    return await (await dir.getFileHandle(name)).getFile();
  } catch {
    return null;
  }
}

async function parsed<T>(dir: FileSystemDirectoryHandle, name: string): Promise<T | null> {
  try {
    return JSON.parse(await (await stored(dir, name))!.text()) as T;
  } catch {
    return null; // Not there, or cut while it was written.
  }
}

/** Opens a file to write, in a worker only. */
export async function writable(dir: FileSystemDirectoryHandle, name: string): Promise<SyncFile> {
  const handle = (await dir.getFileHandle(name, { create: true })) as unknown as { createSyncAccessHandle(): Promise<SyncFile> };
  for (let left = 20; ; left--) {
    try {
      return await handle.createSyncAccessHandle();
    } catch (error) {
      // A worker that was ended just now lets go of its file a moment later.
      if (left === 0 || (error as Error).name !== 'NoModificationAllowedError') throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

/** Writes all of it. A full disk is no exception in Chromium: `write` then gives what is no length. */
export function put(file: SyncFile, bytes: Uint8Array, at: number): void {
  if (file.write(bytes, { at }) !== bytes.length) throw new DOMException('not all could be written', 'QuotaExceededError');
}

async function write(dir: FileSystemDirectoryHandle, name: string, value: { model: string }): Promise<void> {
  const file = await writable(dir, name);
  try {
    await file.truncate(0);
    put(file, new TextEncoder().encode(JSON.stringify(value)), 0);
    await file.flush();
  } finally {
    await file.close();
  }
}

export const noteOf = (dir: FileSystemDirectoryHandle, hash: string) => parsed<Note>(dir, hash + NOTE);
export const writeNote = (dir: FileSystemDirectoryHandle, hash: string, note: Note) => write(dir, hash + NOTE, note);

/** The files of a hub's model, as they were listed the last time. */
export const listOf = <T>(dir: FileSystemDirectoryHandle, key: string) => parsed<T>(dir, LIST + encodeURIComponent(key));
export const writeList = (dir: FileSystemDirectoryHandle, key: string, list: { model: string; files: unknown }) =>
  write(dir, LIST + encodeURIComponent(key), list);

/** Removes a file with its note. */
export async function remove(dir: FileSystemDirectoryHandle, name: string): Promise<void> {
  for (const each of [name, name + NOTE]) {
    await dir.removeEntry(each).catch((error: Error) => {
      if (error.name !== 'NotFoundError') throw error;
    });
  }
}

/** The names of files and lists. */
async function names(dir: FileSystemDirectoryHandle): Promise<string[]> {
  const found: string[] = [];
  for await (const name of dir.keys()) if (!name.endsWith(NOTE)) found.push(name);
  return found;
}

/** The files of models that were downloaded by their hashes, begun ones too. */
export async function downloads(): Promise<Download[]> {
  const dir = await folder();
  const found: Download[] = [];
  for (const hash of dir ? await names(dir) : []) {
    if (hash.startsWith(LIST)) continue;
    const { model = '', name = '', whole } = (await noteOf(dir!, hash)) ?? {};
    const bytes = (await stored(dir!, hash))?.size ?? 0;
    found.push({ model, name, hash, bytes, complete: bytes === whole });
  }
  return found;
}

/** Deletes what was downloaded of a model, or of all. What is being downloaded right now stays. */
export async function clearDownloads(model?: string): Promise<void> {
  const dir = await folder();
  for (const name of dir ? await names(dir) : []) {
    const owner = name.startsWith(LIST) ? await parsed<{ model: string }>(dir!, name) : await noteOf(dir!, name);
    if (model !== undefined && owner?.model !== model) continue;
    await remove(dir!, name).catch((error: Error) => {
      if (error.name !== 'NoModificationAllowedError') throw error;
    });
  }
}
