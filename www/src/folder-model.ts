import { AutodidactError, type ModelSource } from 'autodidact';

const WEIGHTS = 'model.safetensors';
const NEEDED = ['config.json', 'tokenizer.json'];
const USED = new Set([...NEEDED, 'tokenizer_config.json', 'chat_template.jinja', 'generation_config.json']);
const PARTS = /^(?:model-\d+-of-\d+\.safetensors|model\.safetensors\.index\.json)$/;

/** The addresses of the folder that was chosen last. */
let addresses: string[] = [];

/**
 * A model from the files of a folder that the user chose; those of folders within are left out. `measured` is the same
 * with the sizes. The addresses hold until another folder is chosen.
 */
export function folderModel(chosen: readonly File[]): { source: ModelSource; measured: ModelSource } {
  const top = chosen.filter(({ webkitRelativePath }) => webkitRelativePath.split('/').length <= 2);
  const names = new Set(top.map(({ name }) => name));
  const isWeights = (name: string) => (names.has(WEIGHTS) ? name === WEIGHTS : PARTS.test(name));
  const lacks = NEEDED.find((name) => !names.has(name)) ?? ([...names].some(isWeights) ? undefined : WEIGHTS);
  if (lacks !== undefined) {
    const message = `the folder has no ${lacks}; choose the directory of a model with ${[...NEEDED, WEIGHTS].join(', ')}`;
    throw new AutodidactError({ name: 'AutodidactError', code: 'IoError', message });
  }
  for (const address of addresses) URL.revokeObjectURL(address);
  const used = top.filter(({ name }) => USED.has(name) || isWeights(name));
  const files = used.map((file) => [file.name, URL.createObjectURL(file), file.size] as const);
  addresses = files.map(([, url]) => url);
  const name = chosen[0]?.webkitRelativePath.split('/')[0] || 'model';
  return {
    source: { name, files: Object.fromEntries(files.map(([file, url]) => [file, url])) },
    measured: { name, files: Object.fromEntries(files.map(([file, url, bytes]) => [file, { url, bytes }])) },
  };
}
