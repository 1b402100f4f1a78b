/**
 * The header of a GGUF file: its metadata, and the shapes and types of its tensors. The format:
 * https://github.com/ggml-org/ggml/blob/master/docs/gguf.md, versions 2 and 3, little-endian.
 */
import { failure } from './errors.ts';

/** A tensor of a file. */
export interface TensorInfo {
  name: string;
  /** Sizes as the file has them: the length of a row comes first. */
  shape: number[];
  /** Number of ggml's type. */
  type: number;
}

export interface Header {
  /** Numbers, texts and truth values by their keys; of lists the length. */
  metadata: Map<string, number | string | boolean>;
  tensors: TensorInfo[];
}

/** The largest header that is read, in bytes, as in Rust: one of 256,000 tokens has some 12 MB. */
export const LARGEST_HEADER = 2 ** 26;
/** Most tensors, and most entries of the metadata. */
const MOST_ENTRIES = 2 ** 20;
const MOST_DIMENSIONS = 4;
const [TEXT, LIST] = [8, 9];

/** The bytes end before the header does. */
export class Short extends Error {}

/** A damaged file, or none of this format. */
export const damaged = (reason: string) => failure('IntegrityError', `the GGUF file is damaged: ${reason}. Download it again, or choose another file`);

/**
 * Reads the header from the beginning of a file. No length that it claims is believed: nothing is read behind `bytes`,
 * and nothing is allocated but for what was read.
 *
 * @throws `Short` where more bytes are needed; `IntegrityError` for what no whole file has.
 */
export function readHeader(bytes: Uint8Array): Header {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = 0;
  /** Moves on, and gives where it was. */
  const skip = (length: number) => {
    if (length > LARGEST_HEADER - at) throw damaged(`its header is longer than ${LARGEST_HEADER} bytes`);
    if (length > bytes.length - at) throw new Short();
    at += length;
    return at - length;
  };
  const u32 = () => view.getUint32(skip(4), true);
  // Beyond 2^53 it is not exact, and too large for all that is read here.
  const u64 = () => Number(view.getBigUint64(skip(8), true));
  const count = (of: string) => {
    const value = u64();
    if (value > MOST_ENTRIES) throw damaged(`it claims ${value} ${of}`);
    return value;
  };
  const text = () => {
    const length = u64();
    const from = skip(length);
    return new TextDecoder().decode(bytes.subarray(from, from + length));
  };
  const scalars: Record<number, [length: number, read: (from: number) => number | boolean]> = {
    0: [1, (from) => view.getUint8(from)],
    1: [1, (from) => view.getInt8(from)],
    2: [2, (from) => view.getUint16(from, true)],
    3: [2, (from) => view.getInt16(from, true)],
    4: [4, (from) => view.getUint32(from, true)],
    5: [4, (from) => view.getInt32(from, true)],
    6: [4, (from) => view.getFloat32(from, true)],
    7: [1, (from) => view.getUint8(from) !== 0],
    10: [8, (from) => Number(view.getBigUint64(from, true))],
    11: [8, (from) => Number(view.getBigInt64(from, true))],
    12: [8, (from) => view.getFloat64(from, true)],
  };
  const scalar = (type: number) => scalars[type] ?? unknown(type);
  const list = () => {
    const [type, length] = [u32(), u64()];
    if (type !== TEXT) skip(length * scalar(type)[0]);
    // Each has a length of its own; the bytes end before a count that is made up.
    else for (let i = 0; i < length; i++) skip(u64());
    return length;
  };
  const value = (type: number) => {
    if (type === TEXT) return text();
    if (type === LIST) return list();
    const [length, read] = scalar(type);
    return read(skip(length));
  };

  if (u32() !== 0x46554747) throw damaged('it does not begin with `GGUF`');
  const version = u32();
  if (version !== 2 && version !== 3) throw damaged(`it is of version ${version}; versions 2 and 3 are read`);
  const [tensorCount, entries] = [count('tensors'), count('metadata entries')];
  const metadata: Header['metadata'] = new Map();
  for (let i = 0; i < entries; i++) metadata.set(text(), value(u32()));
  const tensors: TensorInfo[] = [];
  for (let i = 0; i < tensorCount; i++) {
    const name = text();
    const dimensions = u32();
    if (dimensions > MOST_DIMENSIONS) throw damaged(`tensor \`${name}\` has ${dimensions} dimensions`);
    const shape = Array.from({ length: dimensions }, u64);
    tensors.push({ name, shape, type: u32() });
    skip(8); // Where its bytes are.
  }
  return { metadata, tensors };
}

const unknown = (type: number): never => {
  throw damaged(`its metadata have a value of type ${type}, which does not exist`);
};
