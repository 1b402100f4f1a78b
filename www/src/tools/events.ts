import { saveFile } from '../save';
import { sentence } from '../ui/format';
import { calendarFile, type CalendarEvent } from './calendar';
import { readDay, readTime } from './dates';
import { isRecord, Kept, listOf } from './kept';
import { localTool, numberOf, optionalText, shown, textOf } from './local';
import { takeOut } from './take-out';

/** An event, as the page keeps it. */
export interface PlannedEvent {
  id: string;
  title: string;
  startMs: number;
  minutes: number;
}

export const events = new Kept<PlannedEvent[]>('events', listOf((entry): entry is PlannedEvent =>
  isRecord(entry) && typeof entry['id'] === 'string' && typeof entry['title'] === 'string' && typeof entry['startMs'] === 'number'
  && typeof entry['minutes'] === 'number'));

const DEFAULT_MINUTES = 60;

export function removeEvent(id: string): void {
  events.value = events.value.filter((event) => event.id !== id);
}

/** When it is, in words. */
export const startOf = ({ startMs }: Pick<PlannedEvent, 'startMs'>): string =>
  new Date(startMs).toLocaleString('en', { dateStyle: 'full', timeStyle: 'short' });

function read(args: Record<string, unknown>): CalendarEvent {
  const title = textOf(args, 'title');
  const start = readDay(textOf(args, 'date'));
  start.setHours(...readTime(textOf(args, 'time')));
  const minutes = optionalText(args, 'minutes') === undefined ? DEFAULT_MINUTES : numberOf(args, 'minutes');
  if (minutes <= 0) throw new Error('an event takes more than 0 minutes');
  return { title, start, minutes };
}

export const addEvent = localTool<PlannedEvent>({
  name: 'add_event',
  description: 'Add an event to the calendar',
  parameters: { title: 'string', date: 'string', time: 'string', minutes: 'integer' },
  optional: ['minutes'],
  question: (args) => {
    const { title, start } = read(args);
    return `Add “${title}” on ${startOf({ startMs: start.getTime() })}, and download it as a file for your calendar?`;
  },
  run: (args) => {
    const event = read(args);
    const planned = { id: crypto.randomUUID(), title: event.title, startMs: event.start.getTime(), minutes: event.minutes };
    saveFile('event.ics', new Blob([calendarFile(event, planned.id, new Date())], { type: 'text/calendar' }));
    events.value = [...events.value, planned];
    return planned;
  },
  says: (event) => sentence(`Event added: ${event.title}, ${startOf(event)}. The file for your calendar was downloaded`),
  means: (args) => `an event: ${shown(args, 'title')}, ${shown(args, 'date')}, ${shown(args, 'time')}`,
  undo: (event) => {
    takeOut(events, event, 'event');
    return 'If you have opened its file, delete the event in your calendar too.';
  },
});
