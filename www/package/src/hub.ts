import { AutodidactError, failure, invalid } from './errors.ts';
import { folder, listOf } from './store.ts';
import type { HubModel, RemoteFile } from './types.ts';

/** A file to fetch, by the name that the agent asks for. */
export interface Wanted {
  name: string;
  url: string;
  bytes?: number | undefined;
  /** `sha256-…` or `git-…`. */
  hash?: string | undefined;
}

/** The files of a model of a hub. */
export interface Listed {
  model: string;
  files: Wanted[];
}

export const HUGGING_FACE = 'https://huggingface.co';
export const INDEX = 'model.safetensors.index.json';
export const WEIGHTS = 'model.safetensors';
export const SETTINGS = 'tokenizer_config.json';
export const NEEDED = ['config.json', 'tokenizer.json'];
export const SPECIAL = 'special_tokens_map.json';
const USED = [...NEEDED, SETTINGS, SPECIAL, 'chat_template.jinja', 'generation_config.json', 'certainty.json'];
/** Folder of chat templates by name. */
const TEMPLATES = 'additional_chat_templates';

/** Files that were given one by one. */
export function wanted(files: Record<string, string | RemoteFile>): Wanted[] {
  return Object.entries(files).map(([name, file]) => {
    if (typeof file === 'string') return { name, url: file };
    const { url, bytes, sha256 } = file;
    if (sha256 !== undefined && !/^[\da-f]{64}$/i.test(sha256)) throw invalid(`${name}: \`sha256\` has to be 64 hexadecimal digits`);
    return { name, url, bytes, hash: sha256 && `sha256-${sha256.toLowerCase()}` };
  });
}

/** Asks; what cannot be reached is an `IoError`. */
export async function ask(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw failure('IoError', `${url} cannot be reached: check the connection (${(error as Error).message})`);
  }
}

export async function json<T>(url: string, init: RequestInit): Promise<T> {
  const response = await ask(url, init);
  const value: unknown = await response.json().catch(() => null); // What is not wanted is read too: nothing is left open.
  if (response.ok && value !== null) return value as T;
  throw failure('IoError', `${url}: the server answered ${response.status}, or no JSON: check the name; what asks for a login cannot be loaded`);
}

interface Entry {
  type: string;
  path: string;
  size: number;
  oid: string;
  lfs?: { oid: string };
}

export const keyOf = ({ hub, file, revision, endpoint }: HubModel): string => [endpoint, hub, revision, ...(file ? [file] : [])].join(' ');

export const isGguf = ({ name }: { name: string }): boolean => name.endsWith('.gguf');

/** All parts of a GGUF model, of which `file` is one. */
export function parts(file: string): string[] {
  const [, base, count] = /^(.*-)\d{5}-of-(\d{5})\.gguf$/.exec(file) ?? [];
  if (!count) return [file];
  return Array.from({ length: Number(count) }, (_, at) => `${base}${String(at + 1).padStart(5, '0')}-of-${count}.gguf`);
}

/** The id of a model, in parts that addresses are made of. */
function addressed({ hub, revision = 'main', endpoint = HUGGING_FACE }: HubModel): { api: string; base: string; revision: string } {
  if (!/^(\w[\w.-]*\/)?\w[\w.-]*$/.test(hub)) throw invalid(`"${hub}" is no model id: write it as organization/name`);
  const base = endpoint.replace(/\/+$/, '');
  return { api: `${base}/api/models/${hub}`, base: `${base}/${hub}/resolve`, revision };
}

/**
 * The GGUF files in a model's directory on a hub, each of which can be the `file` of the model; of a split one the first
 * part, with the bytes of all. None where the model has its weights in other files.
 *
 * @throws {@link AutodidactError} with code `IoError` where there is no such model, `InvalidInput` for what is no id, and
 * `AbortError`.
 */
export async function ggufFiles(model: HubModel, options: { signal?: AbortSignal } = {}): Promise<{ name: string; bytes: number }[]> {
  try {
    const { api, revision } = addressed(model);
    const entries = await json<Entry[]>(`${api}/tree/${encodeURIComponent(revision)}`, options);
    const sizes = new Map(entries.filter(({ path }) => isGguf({ name: path })).map(({ path, size }) => [path, size]));
    const firsts = [...sizes.keys()].filter((name) => parts(name)[0] === name);
    return firsts.map((name) => ({ name, bytes: parts(name).reduce((sum, part) => sum + (sizes.get(part) ?? 0), 0) }));
  } catch (error) {
    throw AutodidactError.from(error);
  }
}

/**
 * The files of a hub's model that the agent needs, all of one commit. Without a connection: as they were the last time.
 */
export async function listed(model: HubModel, init: RequestInit = {}): Promise<Listed> {
  const { hub, file } = model;
  const { api, base, revision } = addressed(model);
  if (file !== undefined && !/^\w[\w.-]*\.gguf$/.test(file)) throw invalid(`"${file}" is no GGUF file`);
  const dir = await folder();
  const before = dir && (await listOf<Listed>(dir, keyOf(model)));
  const isCommit = /^[\da-f]{40}$/.test(revision);
  if (before && isCommit) return before;
  const urlOf = (path: string) => `${base}/${commit}/${path}`;
  let entries: Entry[];
  let weights = file ? parts(file) : [WEIGHTS];
  let commit = revision;
  try {
    if (!isCommit) commit = (await json<{ sha: string }>(`${api}/revision/${encodeURIComponent(revision)}`, init)).sha;
    const tree = `${api}/tree/${commit}`;
    entries = await json(tree, init);
    const paths = entries.map(({ path }) => path);
    if (!file && !paths.includes(WEIGHTS) && paths.includes(INDEX)) weights = [INDEX, ...(await shards(urlOf(INDEX), paths, init))];
    if (!file && paths.includes(TEMPLATES)) entries.push(...(await json<Entry[]>(`${tree}/${TEMPLATES}`, init)));
  } catch (error) {
    if (before && (error as { code?: string }).code === 'IoError') return before;
    throw error;
  }
  const needed = file ? [] : NEEDED;
  const lacks = [...needed, ...weights].find((file) => !entries.some(({ path }) => path === file));
  if (lacks) throw failure('UnsupportedModel', `${hub} has no ${lacks}: choose a model with ${[...NEEDED, WEIGHTS].join(', ')}, or name a GGUF file: \`ggufFiles\` lists them`);
  const isUsed = ({ path }: Entry) => (!file && USED.includes(path)) || weights.includes(path) || (!file && path.startsWith(TEMPLATES) && path.endsWith('.jinja'));
  const files = entries.filter(isUsed).map(({ path, size, oid, lfs }) => ({
    name: path, url: urlOf(path), bytes: size, hash: lfs ? `sha256-${lfs.oid}` : `git-${oid}`,
  }));
  return { model: hub, files };
}

/**
 * The shards that an index names, whatever they are called: beside them there may be the same weights for another
 * program. Of an index that names none, which Rust will refuse, all files of weights.
 */
async function shards(index: string, paths: string[], init: RequestInit): Promise<string[]> {
  const { weight_map } = await json<{ weight_map?: Record<string, string> }>(index, init);
  const named = Object.values(weight_map ?? {});
  return named.length > 0 ? named : paths.filter((path) => path.endsWith('.safetensors'));
}
