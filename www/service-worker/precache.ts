import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';

const FILE = 'service-worker.js';

/** Adds the service worker to the build, with the list of all files of the build and their hashes in front of it. */
export function precache(): Plugin {
  return {
    name: 'precache',
    apply: 'build',
    buildStart() {
      this.emitFile({ type: 'chunk', id: fileURLToPath(new URL('./worker.ts', import.meta.url)), fileName: FILE });
    },
    // Once the files of the public folder lie there too.
    writeBundle({ dir }) {
      if (!dir) return;
      const files = Object.fromEntries(list(dir).filter((path) => path !== FILE).map((path) => [path, sha256(readFileSync(join(dir, path)))]));
      const path = join(dir, FILE);
      const code = readFileSync(path);
      // Another worker is another version too.
      const version = sha256(JSON.stringify(files) + code.toString()).slice(0, 16);
      writeFileSync(path, `self.PRECACHE = ${JSON.stringify({ version, files })};\n${code.toString()}`);
    },
  };
}

const sha256 = (content: string | Uint8Array): string => createHash('sha256').update(content).digest('hex');

function list(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return entries.map(({ parentPath, name }) => relative(folder, join(parentPath, name)).split(sep).join('/')).sort();
}
