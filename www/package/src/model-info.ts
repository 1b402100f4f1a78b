import { AutodidactError, failure } from './errors.ts';
import { remoteHeader } from './gguf-remote.ts';
import { ask, INDEX, isGguf, json, listed, NEEDED, parts, SETTINGS, SPECIAL, wanted, WEIGHTS, type Listed, type Wanted } from './hub.ts';
import { estimatedMemory, heldBytes, roundedBytes, type Shape } from './memory.ts';
import type { Dtype, ModelSource } from './types.ts';

/** What loading a model would take. */
export interface ModelInfo {
  name: string;
  /** `bytes` is 0, and `sha256` is `null`, where nobody says. */
  files: { name: string; bytes: number; sha256: string | null }[];
  /** Of all files. */
  bytes: number;
  /**
   * Estimate of the bytes that the agent will use on the CPU after it has answered for a while, beyond an empty tab: the
   * WebAssembly, the vocabulary, the weights as `dtype` holds them, and the keys and values of a text of 2048 tokens and
   * of earlier prompts. Training comes on top. On a GPU the weights are as with `f32`.
   */
  memory: number;
}

export interface ModelInfoOptions {
  /** How the weights will be held: `dtype` of the agent; `auto` when absent. */
  dtype?: Dtype;
  signal?: AbortSignal;
}

/**
 * What loading a model would take; fetches no weights. Of GGUF files the header is read: their beginning, some 2 MB for
 * a vocabulary of 50,000 tokens and 6 MB for one of 150,000.
 *
 * @throws {@link AutodidactError} with code `IoError` for what is not there, `IntegrityError` for a damaged header,
 * `UnsupportedModel` or `UnsupportedDtype` for what cannot be loaded, and `AbortError`.
 */
export async function modelInfo(source: ModelSource, { dtype = 'auto', ...init }: ModelInfoOptions = {}): Promise<ModelInfo> {
  try {
    const { model, files } = await found(source, init);
    const shape = files.some(isGguf) ? await shapeOfGguf(files.filter(isGguf), dtype, init) : await shapeOfDirectory(files, dtype, init);
    return {
      name: model,
      files: files.map(({ name, bytes = 0, hash = '' }) => ({ name, bytes, sha256: /^sha256-(.*)/.exec(hash)?.[1] ?? null })),
      bytes: sum(files),
      memory: estimatedMemory(shape),
    };
  } catch (error) {
    throw AutodidactError.from(error);
  }
}

const sum = (files: Wanted[]) => files.reduce((total, { bytes = 0 }) => total + bytes, 0);

async function shapeOfGguf(files: Wanted[], dtype: Dtype, init: RequestInit): Promise<Shape> {
  const headers = await Promise.all(files.map(({ url }) => remoteHeader(url, init)));
  // Of a split model the first part says what all are about.
  const about = (key: string) => headers.map(({ metadata }) => metadata.get(key)).find((value) => value !== undefined);
  const family = about('general.architecture');
  const number = (key: string, or = 0) => {
    const value = about(key);
    return typeof value === 'number' ? value : or;
  };
  const own = (key: string, or?: number) => number(`${family}.${key}`, or);
  const heads = own('attention.head_count');
  return {
    weights: headers.flatMap(({ tensors }) => tensors).reduce((total, tensor) => total + heldBytes(tensor, dtype), 0),
    // It is read tensor by tensor.
    loading: 0,
    vocabulary: number('tokenizer.ggml.tokens'),
    context: own('context_length', Infinity),
    layers: own('block_count'),
    keys: own('attention.head_count_kv', heads) * own('attention.key_length', own('embedding_length') / (heads || 1)),
  };
}

type Config = Record<string, unknown>;

async function shapeOfDirectory(files: Wanted[], dtype: Dtype, init: RequestInit): Promise<Shape> {
  const config = await json<Config>(files.find(({ name }) => name === 'config.json')?.url ?? missing('config.json'), init);
  const number = (key: string, or = 0) => (typeof config[key] === 'number' ? config[key] : or);
  const loading = sum(files.filter(({ name }) => name.endsWith('.safetensors')));
  const width = /32/.test(String(config['torch_dtype'] ?? config['dtype'])) ? 4 : 2;
  const heads = number('num_attention_heads');
  return {
    weights: roundedBytes(loading / width, dtype),
    loading,
    vocabulary: number('vocab_size'),
    context: number('max_position_embeddings', Infinity),
    layers: number('num_hidden_layers'),
    keys: number('num_key_value_heads', heads) * number('head_dim', number('hidden_size') / (heads || 1)),
  };
}

const missing = (what: string): never => {
  throw failure('IoError', `${what} was not found: check the address of the model`);
};

async function found(source: ModelSource, init: RequestInit): Promise<Listed> {
  if (typeof source === 'string' && !/\.gguf([?#]|$)/.test(source)) return inDirectory(source.replace(/\/+$/, ''), init);
  if (typeof source === 'object' && 'hub' in source) return listed(source, init);
  const { name, files } = typeof source === 'string' ? atAddress(source) : { name: source.name, files: wanted(source.files) };
  const sized = files.map(async (file) => (file.bytes === undefined ? { ...file, bytes: (await size(file.url, init)) ?? missing(file.url) } : file));
  return { model: name, files: await Promise.all(sized) };
}

/** A GGUF file, or all parts of a split model. */
function atAddress(address: string): { name: string; files: Wanted[] } {
  const [, folder, file, rest] = /^((?:[^?#]*\/)?)([^/?#]*)(.*)$/.exec(address)!;
  const files = parts(file!).map((name) => ({ name, url: `${folder}${name}${rest}` }));
  return { name: file!.replace(/(-\d{5}-of-\d{5})?\.gguf$/, ''), files };
}

/** Looks for the files that Rust would look for. */
async function inDirectory(base: string, init: RequestInit): Promise<Listed> {
  const files: Wanted[] = [];
  const look = async (name: string): Promise<boolean> => {
    const url = `${base}/${name}`;
    const bytes = await size(url, init);
    if (bytes !== null) files.push({ name, url, bytes });
    return bytes !== null;
  };
  for (const name of NEEDED) if (!(await look(name))) missing(`${base}/${name}`);
  const settings = (await look(SETTINGS)) ? await json<Config>(`${base}/${SETTINGS}`, init) : {};
  if (!settings['chat_template']) await look('chat_template.jinja');
  if (!settings['added_tokens_decoder']) await look(SPECIAL);
  await look('generation_config.json');
  if (!(await look(WEIGHTS))) {
    if (!(await look(INDEX))) missing(`${base}/${WEIGHTS}`);
    const { weight_map } = await json<{ weight_map: Record<string, string> }>(`${base}/${INDEX}`, init);
    for (const name of new Set(Object.values(weight_map))) if (!(await look(name))) missing(`${base}/${name}`);
  }
  return { model: base.split('/').pop() || 'model', files };
}

/** Bytes of a file; 0 where the server does not say, `null` where there is none. */
async function size(url: string, init: RequestInit): Promise<number | null> {
  const { status, headers } = await ask(url, { ...init, method: 'HEAD' });
  if (status === 404 || headers.get('content-type')?.startsWith('text/html')) return null;
  if (status !== 200) throw failure('IoError', `${url}: the server answered ${status}`);
  // The length of a compressed transfer is not the length of the file.
  return headers.has('content-encoding') ? 0 : Number(headers.get('content-length'));
}
