import { AutodidactError, failure, invalid } from './errors.ts';
import { ask, INDEX, json, listed, NEEDED, SETTINGS, SPECIAL, wanted, WEIGHTS, type Listed, type Wanted } from './hub.ts';
import type { ModelSource } from './types.ts';

/** What loading a model would take. */
export interface ModelInfo {
  name: string;
  /** `bytes` is 0, and `sha256` is `null`, where nobody says. */
  files: { name: string; bytes: number; sha256: string | null }[];
  /** Of all files. */
  bytes: number;
  /**
   * Estimate of the bytes that the agent will use: the files of the weights, as they are read; the weights as numbers
   * of four bytes each, which is twice those files at 16 bits; and the keys and values of two texts of 2048 tokens
   * (fewer where the model takes fewer): 2 × 2 × 4 × tokens × layers × key/value heads × size of a head. Training comes
   * on top.
   */
  memory: number;
}

/** What loading a model would take; fetches no weights. Of GGUF files, which hold their configuration, nothing is known before. */
export async function modelInfo(source: ModelSource, options: { signal?: AbortSignal } = {}): Promise<ModelInfo> {
  try {
    const { model, files } = await found(source, options);
    if (files.some(({ name }) => name.endsWith('.gguf'))) throw invalid('`modelInfo` does not look into GGUF files');
    const config = await json<Config>(files.find(({ name }) => name === 'config.json')?.url ?? missing('config.json'), options);
    const sum = (some: Wanted[]) => some.reduce((total, { bytes = 0 }) => total + bytes, 0);
    const weights = sum(files.filter(({ name }) => name.endsWith('.safetensors')));
    const width = /32/.test(String(config['torch_dtype'] ?? config['dtype'])) ? 4 : 2;
    return {
      name: model,
      files: files.map(({ name, bytes = 0, hash = '' }) => ({ name, bytes, sha256: /^sha256-(.*)/.exec(hash)?.[1] ?? null })),
      bytes: sum(files),
      memory: weights + (weights * 4) / width + cache(config),
    };
  } catch (error) {
    throw AutodidactError.from(error);
  }
}

type Config = Record<string, unknown>;

function cache(config: Config): number {
  const number = (key: string, or: number) => (typeof config[key] === 'number' ? config[key] : or);
  const heads = number('num_attention_heads', 0);
  const size = number('head_dim', number('hidden_size', 0) / (heads || 1));
  const tokens = Math.min(2048, number('max_position_embeddings', 2048));
  return 16 * tokens * number('num_hidden_layers', 0) * number('num_key_value_heads', heads) * size;
}

const missing = (what: string): never => {
  throw failure('IoError', `${what} was not found: check the address of the model`);
};

async function found(source: ModelSource, init: RequestInit): Promise<Listed> {
  if (typeof source === 'string' && /\.gguf([?#]|$)/.test(source)) return { model: source, files: [{ name: source, url: source }] };
  if (typeof source === 'string') return inDirectory(source.replace(/\/+$/, ''), init);
  if ('hub' in source) return listed(source, init);
  const files = wanted(source.files).map(async (file) =>
    file.bytes === undefined ? { ...file, bytes: (await size(file.url, init)) ?? missing(file.url) } : file);
  return { model: source.name, files: await Promise.all(files) };
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
