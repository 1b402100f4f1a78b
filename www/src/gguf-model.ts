import { AutodidactError, type ModelSource } from 'autodidact';
import { addressed } from './folder-model';

/** The name of a part of a split model. */
const PART = /^(.*)-(\d{5})-of-(\d{5})\.gguf$/;

export const isGguf = ({ name }: File): boolean => name.endsWith('.gguf');

/**
 * A model from a GGUF file of this device, or from all parts of a split one; `measured` is the same with the sizes. The
 * addresses hold until the page is closed.
 *
 * @throws `IoError` that says which part is missing, or that there are several models.
 */
export function ggufModel(chosen: readonly File[]): { source: ModelSource; measured: ModelSource } {
  const files = chosen.filter(isGguf);
  const [first] = files;
  if (!first) throw wrong('this is no GGUF file: choose one whose name ends in .gguf');
  const [, base, , count] = PART.exec(first.name) ?? [];
  const names = new Set(files.map(({ name }) => name));
  const wanted = count === undefined ? [first.name] : Array.from({ length: Number(count) }, (_, at) => `${base}-${String(at + 1).padStart(5, '0')}-of-${count}.gguf`);
  const lacks = wanted.find((name) => !names.has(name));
  if (lacks !== undefined) throw wrong(`${lacks} is missing: choose all ${Number(count)} parts of the model at once`);
  if (names.size > wanted.length) throw wrong('these are files of several models: choose one, or all parts of one');
  const name = base ?? first.name.replace(/\.gguf$/, '');
  return addressed(name, files.map((file) => ({ file, name: file.name })));
}

const wrong = (message: string) => new AutodidactError({ name: 'AutodidactError', code: 'IoError', message });
