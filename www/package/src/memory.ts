/** Estimates of the memory that a model takes in a tab. */
import { failure } from './errors.ts';
import type { TensorInfo } from './gguf-header.ts';
import type { Dtype } from './types.ts';

/** What the estimate depends on. */
export interface Shape {
  /** Bytes of the weights, as they are held. */
  weights: number;
  /** Bytes that are in the memory of WebAssembly only while the model is loaded. A tab uses them again, and never gives them back. */
  loading: number;
  /** Tokens of the vocabulary. */
  vocabulary: number;
  /** The longest text, in tokens. */
  context: number;
  layers: number;
  /** Numbers in the keys of a token and a layer: key/value heads × size of a head. */
  keys: number;
}

/** The tab, the compiled WebAssembly and what it holds without a model, in bytes: measured. */
const BASE = 60e6;
/** Bytes for each byte of the weights that pass through the tab while they are loaded: measured. */
const PASSING = 0.1;
/** Bytes for each token of the vocabulary, with its merges: measured. */
const TOKEN = 300;
/** Tokens of the text that is worked on. */
const TEXT = 2048;
/** Most bytes of the keys and values of earlier prompts: `KEPT_BYTES` in `src/agent/model/mod.rs`. */
const KEPT = 64 * 2 ** 20;

/**
 * Bytes that the agent takes after it has answered for a while, beyond an empty tab:
 *
 * ```text
 * base + vocabulary + 1.1 weights + max(loading, keys and values of a text + keys and values of earlier prompts)
 * ```
 *
 * Training comes on top. `test/estimate.mjs` compares it with what is measured.
 */
export function estimatedMemory({ weights, loading, vocabulary, context, layers, keys }: Shape): number {
  const text = 2 * 4 * layers * keys * Math.min(TEXT, context);
  return Math.round(BASE + TOKEN * vocabulary + (1 + PASSING) * weights + Math.max(loading, text + KEPT));
}

/** Bits of a weight, and how many of them share a scale and a minimum of 32 bits each. */
type Storage = readonly [bits: number, span: number];
const FLOAT: Storage = [32, Infinity];
const FOUR: Storage = [4, 32];
const FIVE: Storage = [5, 32];
const EIGHT: Storage = [8, 32];
const EIGHT_BY_SIXTEEN: Storage = [8, 16];

/** How weights of ggml's types are held, by their numbers: `storage` in `src/model/gguf/tensors.rs`. */
const HELD: Record<number, Storage> = {
  0: FLOAT, 1: FLOAT, 30: FLOAT, // F32, F16, BF16
  2: FOUR, 3: FOUR, 12: FOUR, // Q4_0, Q4_1, Q4_K
  6: FIVE, 7: FIVE, 13: FIVE, // Q5_0, Q5_1, Q5_K
  8: EIGHT, // Q8_0
  14: EIGHT_BY_SIXTEEN, // Q6_K
};
/** How floats are held that are rounded while they are read. */
const ROUNDED: Partial<Record<Dtype, Storage>> = { q4: FOUR, q8: EIGHT };
/** Columns that a row of few bits is made of, and rows that lie together: `BLOCK` and `GROUP` of the kernels. */
const [BLOCK, GROUP] = [32, 8];

const bytesOf = (numbers: number, [bits, span]: Storage) => numbers * (bits / 8 + 8 / span);

/** Bytes of a tensor of a GGUF file, as it is held. */
export function heldBytes({ name, shape, type }: TensorInfo, dtype: Dtype): number {
  const inFile = HELD[type];
  if (!inFile) throw failure('UnsupportedDtype', `tensor \`${name}\` is of ggml's type ${type}, which is not read: choose a file with weights of F32, F16, BF16, Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q4_K, Q5_K, or Q6_K`);
  const [columns = 1, rows = 1, ...others] = shape;
  const isMatrix = shape.length === 2 && columns % BLOCK === 0;
  const held = !isMatrix || dtype === 'f32' ? FLOAT : inFile === FLOAT ? (ROUNDED[dtype] ?? FLOAT) : inFile;
  const all = held === FLOAT ? rows : Math.ceil(rows / GROUP) * GROUP;
  return bytesOf(others.reduce((product, size) => product * size, columns * all), held);
}

/** Bytes of the weights of a directory, which are floats, as they are held. The few that are no matrices count as such. */
export const roundedBytes = (numbers: number, dtype: Dtype): number => bytesOf(numbers, ROUNDED[dtype] ?? FLOAT);
