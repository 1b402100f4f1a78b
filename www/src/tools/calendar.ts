import { saveFile } from '../save';
import { readDay, readTime } from './dates';
import { localTool, numberOf, optionalText, textOf } from './local';

export interface CalendarEvent {
  title: string;
  start: Date;
  minutes: number;
}

const DEFAULT_MINUTES = 60;
const LINE_BYTES = 75;

/** A calendar file with one event, by RFC 5545. The time has no zone: it is that of whoever opens the file. */
export function calendarFile({ title, start, minutes }: CalendarEvent, uid: string, now: Date): string {
  const end = new Date(start.getTime() + minutes * 60_000);
  const stamp = now.toISOString().replace(/[-:]|\.\d+/g, '');
  const lines = [
    'BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//autodidact//page//EN',
    'BEGIN:VEVENT', `UID:${uid}`, `DTSTAMP:${stamp}`, `DTSTART:${local(start)}`, `DTEND:${local(end)}`, `SUMMARY:${escaped(title)}`, 'END:VEVENT',
    'END:VCALENDAR',
  ];
  return lines.map((line) => `${folded(line)}\r\n`).join('');
}

function local(date: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${String(date.getFullYear()).padStart(4, '0')}${two(date.getMonth() + 1)}${two(date.getDate())}`;
  return `${day}T${two(date.getHours())}${two(date.getMinutes())}00`;
}

const escaped = (text: string): string => text.replace(/[\\;,]/g, '\\$&').replace(/\r?\n/g, '\\n');

/** Lines are 75 bytes at most, and go on behind a space. */
function folded(line: string): string {
  const encoder = new TextEncoder();
  let bytes = 0;
  let text = '';
  for (const character of line) {
    const size = encoder.encode(character).length;
    if (bytes + size > LINE_BYTES) {
      text += '\r\n ';
      bytes = 1;
    }
    text += character;
    bytes += size;
  }
  return text;
}

function read(args: Record<string, unknown>): CalendarEvent {
  const title = textOf(args, 'title');
  const start = readDay(textOf(args, 'date'));
  start.setHours(...readTime(textOf(args, 'time')));
  const minutes = optionalText(args, 'minutes') === undefined ? DEFAULT_MINUTES : numberOf(args, 'minutes');
  if (minutes <= 0) throw new Error('an event takes more than 0 minutes');
  return { title, start, minutes };
}

const described = ({ title, start }: CalendarEvent): string =>
  `“${title}” on ${start.toLocaleString([], { dateStyle: 'full', timeStyle: 'short' })}`;

export const addEvent = localTool({
  name: 'add_event',
  description: 'Add an event to the calendar',
  parameters: { title: 'string', date: 'string', time: 'string', minutes: 'integer' },
  optional: ['minutes'],
  question: (args) => `Download a calendar file with ${described(read(args))}?`,
  run: (args) => {
    const event = read(args);
    saveFile('event.ics', new Blob([calendarFile(event, crypto.randomUUID(), new Date())], { type: 'text/calendar' }));
    return `A calendar file with ${described(event)} was downloaded.`;
  },
});
