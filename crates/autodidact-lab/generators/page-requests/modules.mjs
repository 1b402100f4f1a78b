/** The page's TypeScript modules in Node, without a page. Needs `npm --prefix www ci`. */
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

const page = new URL('../../../../www/', import.meta.url);

/** Vite as the page has it: this folder has no packages of its own. */
async function vite() {
  let path;
  try {
    path = createRequire(new URL('package.json', page)).resolve('vite');
  } catch (cause) {
    throw new Error('the packages of the page are missing: run `npm --prefix www ci` first', { cause });
  }
  return import(pathToFileURL(path).href);
}

/** Loads modules by their paths from www/, and gives what they export, one after the other. */
export async function modules(...paths) {
  const { createServer } = await vite();
  const server = await createServer({
    root: fileURLToPath(page),
    configFile: false,
    server: { middlewareMode: true, ws: false, watch: null },
    optimizeDeps: { noDiscovery: true },
    appType: 'custom',
    logLevel: 'error',
  });
  try {
    return await Promise.all(paths.map((path) => server.ssrLoadModule(path)));
  } finally {
    await server.close();
  }
}

/** The menu of the tools that run in the page. What they touch there is not needed, so one object stands for all of it. */
export async function pageMenu() {
  const nothing = new Proxy(function () {}, {
    get: (_, key) => (key === Symbol.toPrimitive ? () => '' : nothing),
    apply: () => nothing,
    set: () => true,
  });
  Object.assign(globalThis, {
    window: globalThis,
    document: nothing,
    localStorage: { getItem: () => null },
    addEventListener: () => {},
    matchMedia: () => nothing,
  });
  const [{ localTools }, { described }] = await modules('/src/tools/index.ts', '/package/src/tools.ts');
  return localTools.map(described);
}
