// Builds the page with the mock agent in place of the wasm package, into dist-mock. For tests only.
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { precache } from '../../service-worker/precache.ts';
import { autodidact, contentSecurityPolicy, policyTag } from '../../vite.config.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: here('../..'),
  base: './',
  publicDir: here('../../public'),
  resolve: { alias: [autodidact, { find: /^.*\/wasm\/autodidact\.js$/, replacement: here('./agent.ts') }] },
  plugins: [policyTag(), precache()],
  worker: { format: 'es' },
  build: { target: 'es2022', assetsInlineLimit: 0, outDir: here('../../dist-mock'), emptyOutDir: true },
  preview: { headers: { 'Content-Security-Policy': contentSecurityPolicy } },
});
