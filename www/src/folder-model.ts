import { AutodidactError, type ModelSource } from 'autodidact';

const WEIGHTS = 'model.safetensors';
const NEEDED = ['config.json', 'tokenizer.json'];
const USED = new Set([
  ...NEEDED, 'tokenizer_config.json', 'special_tokens_map.json', 'chat_template.jinja', 'generation_config.json',
  'certainty.json',
]);
const INDEX = 'model.safetensors.index.json';
/** Within the model's own folder. */
const NAMED_TEMPLATE = /^additional_chat_templates\/[^/]+\.jinja$/;

/**
 * A model from the files of a folder that the user chose; of folders within, only named templates are taken. `measured` is the same
 * with the sizes. The addresses hold until the page is closed.
 */
export function folderModel(chosen: readonly File[]): { source: ModelSource; measured: ModelSource } {
  const all = chosen.map((file) => ({ file, name: file.webkitRelativePath.split('/').slice(1).join('/') || file.name }));
  const names = new Set(all.map(({ name }) => name));
  // The index says which shards there are, whatever they are called.
  const isShard = (name: string) => name === INDEX || (!name.includes('/') && name.endsWith('.safetensors'));
  const isWeights = (name: string) => (names.has(WEIGHTS) || !names.has(INDEX) ? name === WEIGHTS : isShard(name));
  const lacks = NEEDED.find((name) => !names.has(name)) ?? ([...names].some(isWeights) ? undefined : WEIGHTS);
  if (lacks !== undefined) {
    const message = `the folder has no ${lacks}; choose the directory of a model with ${[...NEEDED, WEIGHTS].join(', ')}`;
    throw new AutodidactError({ name: 'AutodidactError', code: 'IoError', message });
  }
  const used = all.filter(({ name }) => USED.has(name) || NAMED_TEMPLATE.test(name) || isWeights(name));
  return addressed(chosen[0]?.webkitRelativePath.split('/')[0] || 'model', used);
}

/** A model from files under the names that the agent asks for. An address of a file holds nothing in memory. */
export function addressed(name: string, used: readonly { file: File; name: string }[]): { source: ModelSource; measured: ModelSource } {
  const files = used.map(({ file, name }) => [name, URL.createObjectURL(file), file.size] as const);
  return {
    source: { name, files: Object.fromEntries(files.map(([file, url]) => [file, url])) },
    measured: { name, files: Object.fromEntries(files.map(([file, url, bytes]) => [file, { url, bytes }])) },
  };
}
