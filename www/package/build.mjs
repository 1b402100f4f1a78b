// Builds the npm package: JavaScript and types in dist/, and the tarball beside package.json. Needs `make bundle`.
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { minifySync } from 'vite';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const LARGEST = 35_000;

for (const needed of ['wasm/autodidact_bg.wasm', 'model/model.safetensors']) {
  if (!existsSync(here(needed))) throw new Error(`www/package/${needed} is missing: run \`make bundle\` first`);
}
rmSync(here('dist'), { recursive: true, force: true });
execFileSync(here('../node_modules/.bin/tsc'), ['-p', here('tsconfig.json')], { stdio: 'inherit' });
// The compiler leaves out declarations that were written by hand; others name it.
copyFileSync(here('src/wasm.d.ts'), here('dist/wasm.d.ts'));

const scripts = [...readdirSync(here('dist')).filter((name) => name.endsWith('.js')).map((name) => `dist/${name}`), 'wasm/autodidact.js'];
for (const script of scripts) {
  // The comments are in the types. Names stay, so that stack traces can be read.
  const { code, errors } = minifySync(script, readFileSync(here(script), 'utf8'), { module: true, mangle: false, compress: false });
  if (errors.length > 0) throw errors[0];
  // Bundlers look for addresses in plain quotes.
  writeFileSync(here(script), code.replace(/new URL\(`([^`$]+)`/g, "new URL('$1'"));
}

// The compiler rewrites imports, not addresses.
const client = readFileSync(here('dist/client.js'), 'utf8');
const rewritten = client.replace("new URL('./worker.ts'", "new URL('./worker.js'");
if (rewritten === client) throw new Error('dist/client.js does not name the worker');
writeFileSync(here('dist/client.js'), rewritten);

for (const license of ['LICENSE-MIT', 'LICENSE-APACHE']) copyFileSync(here(`../../${license}`), here(license));

const size = scripts.reduce((sum, file) => sum + gzipSync(readFileSync(here(file)), { level: 9 }).length, 0);
console.log(`JavaScript beside the wasm: ${size} bytes after gzip, of ${LARGEST} at most`);
if (size > LARGEST) throw new Error('the JavaScript is larger than its budget');
execFileSync('npm', ['pack', '--silent', '--pack-destination', here('.')], { cwd: here('.'), stdio: 'inherit' });
