import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';
import { precache } from './service-worker/precache.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const wasmPackage = here('./package/wasm/autodidact.js');

/** The page imports the package by its name; here it is the source. */
export const autodidact = { find: /^autodidact$/, replacement: here('./package/src/index.ts') };

/**
 * All that the page may load or contact: its own origin, WebAssembly, the files that the user chose or downloaded
 * (`blob:`), and Hugging Face, which is asked only when the user looks up a model there.
 */
export const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self' blob: https://huggingface.co https://*.huggingface.co https://*.hf.co",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/** Writes the policy into the built page, so that it holds on any static host. */
export function policyTag(): Plugin {
  return {
    name: 'content-security-policy',
    apply: 'build',
    transformIndexHtml: () => [
      { tag: 'meta', attrs: { 'http-equiv': 'Content-Security-Policy', content: contentSecurityPolicy }, injectTo: 'head-prepend' },
    ],
  };
}

/** Says what to do when the wasm package has not been built yet. */
function needsWasmPackage(): Plugin {
  return {
    name: 'needs-wasm-package',
    configResolved(config) {
      if (existsSync(wasmPackage)) return;
      const remedy = 'www/package/wasm is missing: run `make bundle` first';
      if (config.command === 'build') throw new Error(remedy);
      config.logger.warn(remedy);
    },
  };
}

export default defineConfig({
  // Relative addresses: the built page may lie in any folder of a host.
  base: './',
  resolve: { alias: [autodidact] },
  plugins: [policyTag(), needsWasmPackage(), precache()],
  worker: { format: 'es' },
  build: { target: 'es2022', assetsInlineLimit: 0, chunkSizeWarningLimit: 1000, license: { fileName: 'licences.md' } },
  preview: { headers: { 'Content-Security-Policy': contentSecurityPolicy } },
});
