/** What the user chose in the settings, as the browser keeps it. */
import type { BackendChoice, MemoryMode } from 'autodidact';
import { isRecord, Kept } from '../tools/kept';

/** The adapter that the page ships with for its own tools; no other adapter can have that name. */
export const OWN = '.own';

export const NUMBERS = ['orders', 'pairs', 'steps', 'seed'] as const;

/** Ways to decide when to practise; each has a field of its own. */
export const WAYS = ['never', 'below', 'share', 'always'] as const;
export type Way = (typeof WAYS)[number];

const MEMORIES: readonly MemoryMode[] = ['keep', 'session', 'reset'];
const BACKENDS: readonly BackendChoice[] = ['auto', 'cpu', 'webgpu'];

export interface Chosen {
  learn: Way;
  below: number;
  /** In percent. */
  share: number;
  gate: boolean;
  review: boolean;
  memory: MemoryMode;
  adapter: string;
  backend: BackendChoice;
  numbers: Partial<Record<(typeof NUMBERS)[number], number>>;
}

/** As at the first visit. */
export const DEFAULTS: Chosen = {
  learn: 'never', below: 0.95, share: 25, gate: false, review: false, memory: 'keep', adapter: OWN, backend: 'auto', numbers: {},
};

export const chosen = new Kept<Chosen>('settings', (stored) => {
  if (!isRecord(stored)) return DEFAULTS;
  const one = <T>(all: readonly T[], name: keyof Chosen): T => all.find((each) => each === stored[name]) ?? (DEFAULTS[name] as T);
  const number = (value: unknown, least: number, most: number, otherwise: number): number =>
    typeof value === 'number' && value >= least && value <= most ? value : otherwise;
  const numbers = isRecord(stored['numbers']) ? stored['numbers'] : {};
  return {
    learn: one(WAYS, 'learn'),
    below: number(stored['below'], 0.01, 1, DEFAULTS.below),
    share: number(stored['share'], 0, 100, DEFAULTS.share),
    gate: stored['gate'] === true,
    review: stored['review'] === true,
    memory: one(MEMORIES, 'memory'),
    adapter: typeof stored['adapter'] === 'string' ? stored['adapter'] : DEFAULTS.adapter,
    backend: one(BACKENDS, 'backend'),
    numbers: Object.fromEntries(NUMBERS.flatMap((name) => (typeof numbers[name] === 'number' ? [[name, numbers[name]]] : []))),
  };
});
