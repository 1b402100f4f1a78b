import { clearDownloads, downloads } from 'autodidact';
import { forgetOffline } from './offline';
import { clearKept } from './tools/kept';

/** What the page and the agent call their databases and caches. */
const OWN = 'autodidact';

/**
 * Removes all that the page keeps in this browser: the adapters in `store`, the downloaded models, the page's own files
 * for use without a network, timers, to-dos, notes and the theme. The agent of this tab must have ended; those of other
 * tabs let go by themselves.
 */
export async function wipe(store: string): Promise<void> {
  clearKept();
  await clearModels();
  await forgetOffline();
  // Not in an insecure page, nor in every browser.
  for (const name of (await globalThis.caches?.keys()) ?? []) if (name.startsWith(OWN)) await caches.delete(name);
  const known = ((await indexedDB.databases?.()) ?? []).map(({ name = '' }) => name).filter((name) => name.startsWith(OWN));
  for (const name of new Set([store, ...known])) await deleteDatabase(name);
}

/** An ended worker lets go of the file that it was writing a moment later. */
async function clearModels(): Promise<void> {
  for (let wait = 0; wait < 20; wait++) {
    await clearDownloads();
    if ((await downloads()).length === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function deleteDatabase(name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase(name);
    request.onsuccess = () => resolve();
    request.onerror = () => reject(request.error);
  });
}
