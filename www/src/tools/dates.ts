const MONTHS = ['january', 'february', 'march', 'april', 'may', 'june', 'july', 'august', 'september', 'october', 'november', 'december'];
const DAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];

/**
 * The day that a text names: 2026-12-24, 24.12.2026, 24 December, December 24 2026, today, tomorrow, a day of the week.
 * Without a year it is the next such day. Other forms are refused: a guess in a calendar does harm.
 */
export function readDay(text: string, now = new Date()): Date {
  const today = new Date(now.getFullYear(), now.getMonth(), now.getDate());
  const words = text.toLowerCase().replace(/(\d)(?:st|nd|rd|th)\b/g, '$1').replace(/\b(?:of|the|on|next|this)\b|,/g, ' ').trim().split(/\s+/);
  const [first = '', second = '', third] = words;
  if (words.length === 1) {
    const ahead = { today: 0, tomorrow: 1 }[first];
    if (ahead !== undefined) return later(today, ahead);
    const day = DAYS.findIndex((name) => first.length > 2 && name.startsWith(first));
    if (day >= 0) return later(today, (day - today.getDay() + 7) % 7 || 7);
    const iso = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(first);
    if (iso) return exact(Number(iso[1]), Number(iso[2]) - 1, Number(iso[3]), text);
    const dotted = /^(\d{1,2})\.(\d{1,2})\.(\d{4})$/.exec(first);
    if (dotted) return exact(Number(dotted[3]), Number(dotted[2]) - 1, Number(dotted[1]), text);
  }
  const monthOf = (word: string) => MONTHS.findIndex((name) => word.length > 2 && name.startsWith(word));
  const [month, day] = monthOf(first) >= 0 ? [monthOf(first), Number(second)] : [monthOf(second), Number(first)];
  if (month < 0 || words.length > 3 || !Number.isInteger(day)) throw new Error(`“${text}” is not read as a day; write it like 2026-12-24`);
  if (third !== undefined) return exact(Number(third), month, day, text);
  const thisYear = exact(today.getFullYear(), month, day, text);
  return thisYear >= today ? thisYear : exact(today.getFullYear() + 1, month, day, text);
}

/** Hours and minutes of `19:30`, `7 pm`, `7:30 pm`. */
export function readTime(text: string): [hours: number, minutes: number] {
  const [, hours, minutes = '0', half] = /^(\d{1,2})(?:[:.](\d{2}))?\s*(am|pm)?$/i.exec(text.trim()) ?? [];
  const late = half?.toLowerCase() === 'pm' ? 12 : 0;
  const hour = half ? (Number(hours) % 12) + late : Number(hours);
  const isRight = hour < 24 && Number(minutes) < 60 && (!half || (Number(hours) >= 1 && Number(hours) <= 12));
  if (!isRight) throw new Error(`“${text}” is not read as a time; write it like 19:30`);
  return [hour, Number(minutes)];
}

const later = (day: Date, days: number): Date => new Date(day.getFullYear(), day.getMonth(), day.getDate() + days);

function exact(year: number, month: number, day: number, text: string): Date {
  const date = new Date(year, month, day);
  // Dates that do not exist run over into the next month.
  if (date.getFullYear() !== year || date.getMonth() !== month || date.getDate() !== day) throw new Error(`there is no day “${text}”`);
  return date;
}
