/**
 * The page without a network: keeps the files of the build, each checked against its hash, and serves them from then
 * on. A new version is fetched beside the old one, only what differs, and takes over at the next load when no other tab
 * shows the old one.
 */

/** What the build writes in front of this file (precache.ts). */
interface Precache {
  version: string;
  /** SHA-256 by path from the folder of the page. */
  files: Record<string, string>;
}

// A module, so that `self` can be declared anew; the built file is a plain script.
export {};
declare const self: ServiceWorkerGlobalScope & { readonly PRECACHE: Precache };

const PREFIX = 'autodidact-page-';
const TAKE_OVER = 'take over';
/** Without an icon of its own, a page asks for one that is not there. */
const EMPTY_PAGE = '<!doctype html><link rel="icon" href="data:,">';

const { version, files } = self.PRECACHE;
const name = PREFIX + version;
const scope = new URL(self.registration.scope);

/** The version that was told to take over. */
let successor: ServiceWorker | null = null;

/** The address under which a file is kept: other content is another file. */
const keyOf = (path: string): string => new URL(`${path}?${files[path]}`, scope).href;

self.addEventListener('install', (event) => event.waitUntil(fill()));

self.addEventListener('activate', (event) => event.waitUntil(takeOver()));

self.addEventListener('message', ({ data }) => {
  if (data === TAKE_OVER) void self.skipWaiting();
});

self.addEventListener('fetch', (event) => {
  const path = pathOf(event.request);
  if (path !== null) event.respondWith(serve(event.request, path));
});

/** One file after the other: the agent may be at work. */
async function fill(): Promise<void> {
  const cache = await caches.open(name);
  for (const path of Object.keys(files)) {
    const key = keyOf(path);
    if (await cache.match(key)) continue;
    await cache.put(key, (await caches.match(key)) ?? (await fetched(path)));
  }
}

async function fetched(path: string): Promise<Response> {
  // Some hosts redirect from index.html to its folder; a redirected answer cannot be given to a navigation.
  const address = new URL(path === 'index.html' ? './' : path, scope);
  const response = await fetch(address, { cache: 'no-cache' });
  const content = await response.arrayBuffer();
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', content));
  const hash = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
  if (!response.ok || hash !== files[path]) throw new Error(`${path} is not the file of this version`);
  return new Response(content, { headers: response.headers });
}

async function takeOver(): Promise<void> {
  const old = (await caches.keys()).filter((key) => key.startsWith(PREFIX) && key !== name);
  await Promise.all(old.map((key) => caches.delete(key)));
  await self.clients.claim();
}

/** The path of a file that is kept, or null. */
function pathOf({ method, url }: Request): string | null {
  const { origin, pathname } = new URL(url);
  if (method !== 'GET' || origin !== scope.origin || !pathname.startsWith(scope.pathname)) return null;
  const path = pathname.slice(scope.pathname.length) || 'index.html';
  return Object.hasOwn(files, path) ? path : null;
}

/** Whether a tab that stays shows this version. A tab that loads itself anew is a client until the answer is there. */
async function isShownElsewhere({ cache }: Request): Promise<boolean> {
  const clients = await self.clients.matchAll();
  return clients.length > (cache === 'default' ? 0 : 1);
}

/**
 * Whether a new version is to answer. Once it was told so it stays so: it may take a while, and the same request comes
 * here meanwhile.
 */
async function isHandedOver(request: Request): Promise<boolean> {
  const { waiting } = self.registration;
  if (waiting && waiting !== successor && !(await isShownElsewhere(request))) {
    successor = waiting;
    waiting.postMessage(TAKE_OVER);
  }
  return successor !== null && successor.state !== 'redundant';
}

async function serve(request: Request, path: string): Promise<Response> {
  if (request.mode === 'navigate' && (await isHandedOver(request))) {
    return new Response(EMPTY_PAGE, { headers: { 'Refresh': '0', 'Content-Type': 'text/html' } });
  }
  // The browser may have cleared it.
  return (await caches.match(keyOf(path), { cacheName: name })) ?? fetch(request);
}
