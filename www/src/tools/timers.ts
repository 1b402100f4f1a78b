import { isRecord, Kept, listOf } from './kept';
import { find, localTool, numberOf, optionalText, textOf } from './local';

export interface Timer {
  id: string;
  label: string;
  endsMs: number;
}

/** Timers that run, or have rung and were not dismissed. They outlive a reload. */
export const timers = new Kept<Timer[]>('timers', listOf((entry): entry is Timer =>
  isRecord(entry) && typeof entry['id'] === 'string' && typeof entry['label'] === 'string' && typeof entry['endsMs'] === 'number'));

const LONGEST_MINUTES = 24 * 60;

export function removeTimer(id: string): void {
  timers.value = timers.value.filter((timer) => timer.id !== id);
}

export const setTimer = localTool({
  name: 'set_timer',
  description: 'Set a timer',
  parameters: { minutes: 'number', label: 'string' },
  optional: ['label'],
  run: (args) => {
    const minutes = numberOf(args, 'minutes');
    if (minutes <= 0 || minutes > LONGEST_MINUTES) throw new Error('a timer takes more than 0 minutes, and a day at most');
    const label = optionalText(args, 'label') ?? 'Timer';
    const endsMs = Date.now() + minutes * 60_000;
    timers.value = [...timers.value, { id: crypto.randomUUID(), label, endsMs }];
    const at = new Date(endsMs).toLocaleTimeString([], { timeStyle: 'short' });
    return `The timer “${label}” runs until ${at}.`;
  },
});

export const cancelTimer = localTool({
  name: 'cancel_timer',
  description: 'Cancel a timer',
  parameters: { label: 'string' },
  run: (args) => {
    const timer = find(timers.value, ({ label }) => label, textOf(args, 'label'), 'timer');
    removeTimer(timer.id);
    return `The timer “${timer.label}” is cancelled.`;
  },
});
