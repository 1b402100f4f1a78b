/** Fetches the files of a model whose hashes or sizes are known, in the worker, before Rust reads them. */
import { AutodidactError, failure } from './errors.ts';
import { keyOf, listed, wanted, type Listed, type Wanted } from './hub.ts';
import { Part } from './part.ts';
import { folder, noteOf, remove, stored, writeList, writeNote, type Note } from './store.ts';
import type { AgentEvent, ModelSource } from './types.ts';
import type { AddressedModel } from './wasm.d.ts';

type Emit = (event: AgentEvent) => void;

/** Tries in a row that bring no byte, after which a download fails. */
const TRIES = 4;
const PAUSE = 500;
/** What a browser can hold and hash in one piece. */
const LARGEST = 2 ** 31 - 1;

/** A model as Rust takes it. */
export interface Local {
  model: AddressedModel;
  /** Files that were told of already. */
  told: Set<string>;
  /** To be called once the files were read. */
  release(): void;
}

/** Brings the files here that can be checked, and gives their addresses. */
export async function localModel(source: ModelSource, emit: Emit): Promise<Local> {
  const told = new Set<string>();
  const files: Record<string, string> = {};
  const release = () => told.forEach((name) => URL.revokeObjectURL(files[name]!));
  if (typeof source === 'string') return { model: source, told, release };
  const { model, files: all } = 'hub' in source ? await listed(source) : { model: source.name, files: wanted(source.files) };
  for (const { name, bytes = 0 } of all) {
    if (bytes > LARGEST) throw failure('UnsupportedModel', `${name} has ${bytes} bytes, and a tab can hold ${LARGEST} of a file: choose a smaller model`);
  }
  const isChecked = all.some(({ hash }) => hash);
  if (isChecked && !crypto.subtle) throw failure('ConfigError', 'files cannot be checked in an insecure page: serve it by https or from localhost');
  const isKept = 'FileSystemFileHandle' in self && 'createSyncAccessHandle' in FileSystemFileHandle.prototype;
  const dir = isKept && isChecked ? await folder() : null;
  try {
    for (const file of all) {
      if (!file.hash && file.bytes === undefined) {
        files[file.name] = file.url;
        continue;
      }
      const blob = await (dir && file.hash ? kept(dir, model, file, file.hash, emit) : inMemory(model, file, emit));
      files[file.name] = URL.createObjectURL(blob);
      told.add(file.name);
    }
    // Now that all files are here: the list before names files that may be gone, this one names none that is not here.
    // Without it there has to be a connection the next time.
    if (dir && 'hub' in source) await writeList(dir, keyOf(source), { model, files: all } satisfies Listed).catch(() => {});
  } catch (error) {
    release();
    throw error;
  }
  return { model: { name: model, files }, told, release };
}

async function inMemory(model: string, file: Wanted, emit: Emit): Promise<Blob> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  await fill(Part.inMemory(chunks, { model, name: file.name }), file, emit);
  const blob = new Blob(chunks);
  await check(blob, file);
  return blob;
}

/** The file under its hash: at once where it is, else from where it stopped. One tab at a time. */
function kept(dir: FileSystemDirectoryHandle, model: string, file: Wanted, hash: string, emit: Emit): Promise<Blob> {
  const { name, bytes } = file;
  const work = async (): Promise<Blob> => {
    const [before, here] = [await noteOf(dir, hash), await stored(dir, hash)];
    if (here && before?.whole === here.size && (bytes ?? here.size) === here.size) {
      emit({ type: 'download', file: name, loaded: here.size, total: here.size });
      return here;
    }
    const note: Note = { model, name, etag: before?.etag };
    try {
      const part = await Part.open(dir, hash, note);
      try {
        await fill(part, file, emit);
      } finally {
        await part.close();
      }
      const whole = (await stored(dir, hash)) ?? new File([], name);
      await check(whole, file);
      // Without the note it is checked again the next time.
      await writeNote(dir, hash, { ...note, whole: whole.size }).catch(() => {});
      return whole;
    } catch (error) {
      const isWrong = error instanceof AutodidactError && error.code === 'IntegrityError';
      if (isWrong || (await stored(dir, hash))?.size === 0) await remove(dir, hash);
      throw error;
    }
  };
  return navigator.locks ? (navigator.locks.request(`autodidact:download:${hash}`, work) as Promise<Blob>) : work();
}

async function check(blob: Blob, { name, url, hash }: Wanted): Promise<void> {
  if (!hash) return;
  const [kind, expected] = hash.split('-');
  const content = kind === 'git' ? new Blob([`blob ${blob.size}\0`, blob]) : blob;
  const digest = await crypto.subtle.digest(kind === 'git' ? 'SHA-1' : 'SHA-256', await content.arrayBuffer());
  const found = Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
  if (found !== expected) throw damaged(name, `its hash is ${found} and should be ${expected}`, url);
}

const damaged = (name: string, what: string, url: string) =>
  failure('IntegrityError', `${name} was dropped: ${what}. Try again; if it fails again, ${url} has another file`);

/** Fetches what is missing; a connection that drops is taken up again. */
async function fill(part: Part, file: Wanted, emit: Emit): Promise<void> {
  for (let failed = 0; ; ) {
    const before = part.size;
    const reason = await go(part, file, emit);
    if (reason === null) return;
    failed = part.size > before ? 1 : failed + 1;
    if (failed === TRIES) {
      throw failure('IoError', `${file.url}: ${reason}. Check the connection and try again${part.isKept ? `: the download goes on from byte ${part.size}` : ''}`);
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE * 2 ** (failed - 1)));
  }
}

/** One request. Gives why it ended early, or `null` at the end of the file. */
async function go(part: Part, { name, url, bytes }: Wanted, emit: Emit): Promise<string | null> {
  const tell = () => emit({ type: 'download', file: name, loaded: part.size, total: bytes ?? 0 });
  if (bytes !== undefined && part.size > bytes) await part.restart();
  // All came, and the tab was closed before the check.
  if (part.size > 0 && part.size === bytes) return null;
  const headers: Record<string, string> = part.size > 0 ? { Range: `bytes=${part.size}-` } : {};
  // To another origin this header would need a permission of its own; there, the tags are compared below.
  const isOwn = !/^https?:/.test(url) || url.startsWith(`${location.origin}/`);
  if (part.size > 0 && isOwn && part.etag?.startsWith('"')) headers['If-Range'] = part.etag;
  let response: Response;
  try {
    response = await fetch(url, { headers, cache: 'no-store' });
  } catch (error) {
    return (error as Error).message;
  }
  const { status, body } = response;
  const header = (name: string) => response.headers.get(name) ?? undefined;
  const answer = `the server answered ${status}`;
  if (status === 408 || status === 429 || status >= 500) return answer;
  if (status === 206) {
    const isNext = header('content-range')?.startsWith(`bytes ${part.size}-`) ?? true;
    if (!isNext || (part.etag && (header('etag') ?? part.etag) !== part.etag)) {
      await body?.cancel();
      await part.restart();
      return 'the file changed on the server';
    }
  } else if (status === 416) {
    await part.restart();
    return answer;
  } else if (status === 200 && !header('content-type')?.startsWith('text/html')) {
    await part.restart(header('etag'));
  } else {
    throw failure('IoError', `${url}: ${status === 200 ? 'the server answered with a page' : answer}; check the address`);
  }
  const reader = body!.getReader();
  for (;;) {
    let chunk: Uint8Array | undefined;
    try {
      chunk = (await reader.read()).value;
    } catch (error) {
      return (error as Error).message;
    }
    if (!chunk) break;
    part.write(chunk);
    if (bytes !== undefined && part.size > bytes) {
      await reader.cancel();
      throw damaged(name, `it is longer than ${bytes} bytes`, url);
    }
    tell();
  }
  return bytes === undefined || part.size === bytes ? null : 'the connection was cut';
}
