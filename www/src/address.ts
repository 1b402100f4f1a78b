/**
 * Settings in the page's address. `?hub=` names a mirror of Hugging Face at the page's own origin (the policy allows no
 * other). `?backend=`, `?store=` and `?software_gpu=1` set things that tests need and the form does not offer.
 */
import type { BackendChoice } from 'autodidact';

const parameters = new URLSearchParams(location.search);

const isBackend = (value: string | null): value is BackendChoice => value === 'cpu' || value === 'webgpu' || value === 'auto';

const backend = parameters.get('backend');

export const address = {
  hub: parameters.get('hub'),
  backend: isBackend(backend) ? backend : null,
  store: parameters.get('store') ?? 'autodidact',
  forceSoftwareGpu: parameters.get('software_gpu') === '1',
};
