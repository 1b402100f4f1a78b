import { failure } from './errors.ts';
import { put, writable, writeNote, type Note, type SyncFile } from './store.ts';

/** A file on its way here: on the disk, where what was written stays also when the tab is closed, or in memory. */
export class Part {
  private constructor(private readonly file: SyncFile, public size: number, private readonly note: Note, private readonly keep?: () => Promise<void>) {}

  static async open(dir: FileSystemDirectoryHandle, hash: string, note: Note): Promise<Part> {
    const file = await writable(dir, hash).catch(full);
    return new Part(file, await file.getSize(), note, () => writeNote(dir, hash, note).catch(full));
  }

  /** For browsers that keep no files. */
  static inMemory(chunks: Uint8Array[], note: Note): Part {
    const file = { getSize: () => 0, truncate: () => void chunks.splice(0), write: (bytes: Uint8Array) => chunks.push(bytes) && bytes.length, flush() {}, close() {} };
    return new Part(file, 0, note);
  }

  /** The next visit finds it. */
  get isKept(): boolean {
    return this.keep !== undefined;
  }

  /** Of the answer that the first byte came from. */
  get etag(): string | undefined {
    return this.note.etag;
  }

  /** Begins anew, with an answer of that tag. */
  async restart(etag?: string): Promise<void> {
    await this.file.truncate(0);
    this.size = 0;
    this.note.etag = etag;
    await this.keep?.();
  }

  write(bytes: Uint8Array): void {
    try {
      put(this.file, bytes, this.size);
    } catch (error) {
      full(error);
    }
    this.size += bytes.length;
  }

  async close(): Promise<void> {
    await this.file.flush();
    await this.file.close();
  }
}

/** What the disk refuses. */
function full(error: unknown): never {
  const { name, message } = error as Error;
  if (name !== 'QuotaExceededError') throw failure('StorageError', `a download cannot be written: ${message}`);
  throw failure('QuotaExceeded', 'there is no room for the download: free space and try again, it goes on from there; `clearDownloads()` drops it');
}
