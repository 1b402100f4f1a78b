/** The service worker that lets the page work without a network. The development server has none. */

const ADDRESS = new URL('service-worker.js', document.baseURI);

/** Whether the page works without a network: from now on, or not at all in this browser or build. */
export async function keepForOffline(): Promise<boolean> {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return false;
  await navigator.serviceWorker.register(ADDRESS);
  await navigator.serviceWorker.ready;
  return true;
}

/** Ends it; the files that it kept are no longer served. It comes again at the next visit. */
export async function forgetOffline(): Promise<void> {
  const registrations = (await navigator.serviceWorker?.getRegistrations()) ?? [];
  const own = registrations.filter(({ active, waiting, installing }) => (active ?? waiting ?? installing)?.scriptURL === ADDRESS.href);
  await Promise.all(own.map((one) => one.unregister()));
}
