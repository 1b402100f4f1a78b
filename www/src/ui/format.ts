/** Numbers as people read them. Nothing is computed here beyond units. */

export const decimals = (value: number, digits = 2): string => value.toFixed(digits);

export const percent = (fraction: number): string => {
  const value = fraction * 100;
  return `${value.toFixed(value > 0 && value < 0.1 ? 2 : 1)} %`;
};

export const count = (value: number): string => value.toLocaleString('en');

/** `1 step`, `2 steps`. */
export const counted = (value: number, unit: string): string => `${count(value)} ${unit}${value === 1 ? '' : 's'}`;

export const compact = (value: number): string =>
  Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 }).format(value);

export const seconds = (value: number): string => (value < 10 ? `${value.toFixed(2)} s` : `${value.toFixed(1)} s`);

/** Time that is left: `1:02:03`, `9:05`. */
export function clock(secondsLeft: number): string {
  const whole = Math.ceil(secondsLeft);
  const two = (value: number) => String(value).padStart(2, '0');
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

export function bytes(value: number): string {
  if (value < 1e3) return `${value} B`;
  if (value < 1e6) return `${(value / 1e3).toFixed(0)} kB`;
  return value < 1e9 ? `${(value / 1e6).toFixed(1)} MB` : `${(value / 1e9).toFixed(1)} GB`;
}

/** Bytes that were estimated. */
export const about = (value: number): string => `about ${value < 1e9 ? `${Math.round(value / 1e6)} MB` : `${(value / 1e9).toFixed(1)} GB`}`;

export const dateTime = (ms: number): string => new Date(ms).toLocaleString([], { dateStyle: 'medium', timeStyle: 'short' });

export const small = (value: number): string => (value === 0 ? '0' : value.toExponential(1));

/** The agent's messages start small and end bare, so that they can stand inside others. */
export function sentence(text: string): string {
  const start = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(start) ? start : `${start}.`;
}
