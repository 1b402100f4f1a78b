import { sentence } from '../ui/format';
import { duration } from './duration';
import { isRecord, Kept, listOf } from './kept';
import { find, localTool, numberOf, optionalText, shown, textOf } from './local';
import { takeOut } from './take-out';

export interface Timer {
  id: string;
  label: string;
  endsMs: number;
}

/** Timers that run, or have rung and were not dismissed. They outlive a reload. */
export const timers = new Kept<Timer[]>('timers', listOf((entry): entry is Timer =>
  isRecord(entry) && typeof entry['id'] === 'string' && typeof entry['label'] === 'string' && typeof entry['endsMs'] === 'number'));

const LONGEST_MINUTES = 24 * 60;
const UNNAMED = 'Timer';

export function removeTimer(id: string): void {
  timers.value = timers.value.filter((timer) => timer.id !== id);
}

/** A timer that was set. */
interface SetTimer {
  timer: Timer;
  minutes: number;
  /** The timer of that name, which it took the place of. */
  before: Timer | undefined;
}

export const setTimer = localTool<SetTimer>({
  name: 'set_timer',
  description: 'Set a timer',
  parameters: { minutes: 'number', label: 'string' },
  optional: ['label'],
  run: (args) => {
    const minutes = numberOf(args, 'minutes');
    if (minutes <= 0 || minutes > LONGEST_MINUTES) throw new Error('a timer takes more than 0 minutes, and a day at most');
    const label = optionalText(args, 'label');
    // Who gives a time for a name again wants another time, not a second timer.
    const before = label === undefined ? undefined : timers.value.find((one) => one.label.toLowerCase() === label.toLowerCase());
    const timer = { id: crypto.randomUUID(), label: label ?? UNNAMED, endsMs: Date.now() + minutes * 60_000 };
    timers.value = [...timers.value.filter((one) => one !== before), timer];
    return { timer, minutes, before };
  },
  says: ({ timer: { label }, minutes, before }) => {
    const name = label === UNNAMED ? '' : `${label}, `;
    return sentence(`${before ? 'Timer changed' : 'Timer set'}: ${name}${duration(minutes)}`);
  },
  means: (args) => {
    const minutes = Number(args['minutes']);
    const name = optionalText(args, 'label');
    return `a timer${name ? ` “${name}”` : ''}, ${Number.isFinite(minutes) ? duration(minutes) : shown(args, 'minutes')}`;
  },
  undo: ({ timer, before }) => {
    takeOut(timers, timer, 'timer');
    if (before) timers.value = [...timers.value, before];
  },
});

export const cancelTimer = localTool<Timer>({
  name: 'cancel_timer',
  description: 'Cancel a timer',
  parameters: { label: 'string' },
  run: (args) => {
    const timer = find(timers.value, ({ label }) => label, textOf(args, 'label'), 'timer');
    removeTimer(timer.id);
    return timer;
  },
  says: ({ label }) => sentence(`Timer canceled: ${label}`),
  means: (args) => `canceling the timer “${shown(args, 'label')}”`,
  undo: (timer) => {
    timers.value = [...timers.value, timer];
  },
});
