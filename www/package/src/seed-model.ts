import type { ModelSource } from './types.ts';

/**
 * The model that comes with this package: 7.7 million weights, 15.4 MB, trained for tool calls and nothing else. A
 * module of its own, so that pages with another model do not carry it. Each address stands here as a whole for bundlers
 * to find.
 */
export const seedModel: ModelSource = {
  name: 'seed',
  files: {
    'certainty.json': new URL('../model/certainty.json', import.meta.url).href,
    'config.json': new URL('../model/config.json', import.meta.url).href,
    'generation_config.json': new URL('../model/generation_config.json', import.meta.url).href,
    'tokenizer.json': new URL('../model/tokenizer.json', import.meta.url).href,
    'tokenizer_config.json': new URL('../model/tokenizer_config.json', import.meta.url).href,
    'model.safetensors': new URL('../model/model.safetensors', import.meta.url).href,
  },
};
