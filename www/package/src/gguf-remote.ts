/** Headers of GGUF files at an address, without the rest of the files. */
import { failure } from './errors.ts';
import { damaged, readHeader, Short, type Header } from './gguf-header.ts';
import { ask } from './hub.ts';

/** Bytes that are tried first; each further try has twice as many. */
const FIRST = 2 ** 20;

/**
 * The header of the GGUF file at an address, also of a `blob:` of this page. Asks for ranges; of a server that answers
 * with the whole file only the beginning is read.
 *
 * @throws `IoError` where the address cannot be read, `IntegrityError` for a damaged header.
 */
export async function remoteHeader(url: string, init: RequestInit): Promise<Header> {
  const beginning = new Beginning(url, init);
  try {
    for (let wanted = FIRST; ; wanted *= 2) {
      const bytes = await beginning.upTo(wanted);
      try {
        return readHeader(bytes);
      } catch (error) {
        if (!(error instanceof Short)) throw error;
        if (bytes.length < wanted) throw damaged('its header ends too early');
      }
    }
  } finally {
    beginning.close();
  }
}

/** What has come of a file so far. */
class Beginning {
  readonly #chunks: Uint8Array<ArrayBuffer>[] = [];
  #length = 0;
  #reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>> | null = null;
  /** The answer ends with the range that was asked for; else it is the whole file. */
  #isRange = false;

  constructor(private readonly url: string, private readonly init: RequestInit) {}

  /** At least so many bytes, or all that the file has. */
  async upTo(wanted: number): Promise<Uint8Array> {
    while (this.#length < wanted) {
      this.#reader ??= await this.#ask(`bytes=${this.#length}-${wanted - 1}`);
      const { value } = (await this.#reader?.read().catch((error: Error) => this.#fail(error))) ?? {};
      if (!value) break;
      this.#chunks.push(value);
      this.#length += value.length;
    }
    if (this.#isRange) this.close();
    return new Uint8Array(await new Blob(this.#chunks).arrayBuffer());
  }

  close(): void {
    void this.#reader?.cancel().catch(() => {});
    this.#reader = null;
  }

  /** `null` where the file ends before the range. */
  async #ask(Range: string): Promise<ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>> | null> {
    const { status, headers, body } = await ask(this.url, { ...this.init, cache: 'no-store', headers: { Range } });
    this.#isRange = status === 206;
    const isPage = headers.get('content-type')?.startsWith('text/html');
    if (body && !isPage && (this.#isRange || (status === 200 && this.#length === 0))) return body.getReader();
    await body?.cancel();
    if (status === 416) return null;
    throw failure('IoError', `${this.url}: the server answered ${isPage ? 'with a page' : status}; check the address`);
  }

  #fail(error: Error): never {
    if (this.init.signal?.aborted) throw error;
    throw failure('IoError', `${this.url}: ${error.message}. Check the connection and try again`);
  }
}
