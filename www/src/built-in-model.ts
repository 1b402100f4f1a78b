import type { ModelSource } from 'autodidact';

const FILES = ['certainty.json', 'config.json', 'generation_config.json', 'tokenizer.json', 'tokenizer_config.json', 'model.safetensors'];

/** The model that comes with the page. */
export const builtInModel: ModelSource = {
  name: 'seed',
  files: Object.fromEntries(FILES.map((file) => [file, new URL(`model/${file}`, document.baseURI).href])),
};
