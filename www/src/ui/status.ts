import { need } from './dom';

/** Says in a line what the page is doing; screen readers speak it. */
export function say(text: string): void {
  need('status').textContent = text;
}
