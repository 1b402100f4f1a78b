import { counted } from '../ui/format';

/** Minutes in words: "30 seconds", "20 minutes", "1 hour 30 minutes". */
export function duration(minutes: number): string {
  const seconds = Math.round(minutes * 60);
  const parts: [number, string][] = [[Math.floor(seconds / 3600), 'hour'], [Math.floor(seconds / 60) % 60, 'minute'], [seconds % 60, 'second']];
  return parts.filter(([value]) => value > 0).map(([value, unit]) => counted(value, unit)).join(' ') || 'no time';
}
