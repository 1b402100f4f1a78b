/** The page's TypeScript modules in Node, without a page. */
import { fileURLToPath } from 'node:url';
import { createServer } from 'vite';

/** Loads modules by their paths from www/, and gives what they export, one after the other. */
export async function modules(...paths) {
  const server = await createServer({
    root: fileURLToPath(new URL('..', import.meta.url)), configFile: false, server: { middlewareMode: true, ws: false, watch: null },
    optimizeDeps: { noDiscovery: true }, appType: 'custom', logLevel: 'error',
  });
  try {
    return await Promise.all(paths.map((path) => server.ssrLoadModule(path)));
  } finally {
    await server.close();
  }
}

/** The menu of the tools that run in the page. What they touch there is not needed. */
export async function pageMenu() {
  const nothing = new Proxy(function () {}, { get: (_, key) => (key === Symbol.toPrimitive ? () => '' : nothing), apply: () => nothing, set: () => true });
  Object.assign(globalThis, { window: globalThis, document: nothing, localStorage: { getItem: () => null }, addEventListener: () => {}, matchMedia: () => nothing });
  const [{ localTools }, { described }] = await modules('/src/tools/index.ts', '/package/src/tools.ts');
  return localTools.map(described);
}
