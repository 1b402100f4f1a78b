/** What the page knows beside a request. */
import type { Facts } from 'autodidact';

/** The local date and time, and the language of the browser. */
export function facts(now = new Date()): Facts {
  const two = (number: number) => String(number).padStart(2, '0');
  const date = `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
  return { now: `${date}T${two(now.getHours())}:${two(now.getMinutes())}`, locale: navigator.language };
}
