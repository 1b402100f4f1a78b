import { h } from './dom';

/** A bar that is filled to `fraction`, in [0, 1]. Decoration: the number stands beside it. */
export function bar(fraction: number, kind = ''): HTMLElement {
  const element = h('span', { class: `bar ${kind}`, 'aria-hidden': 'true' }, h('span'));
  fill(element, fraction);
  return element;
}

export function fill(element: HTMLElement, fraction: number): void {
  element.style.setProperty('--fill', String(Math.min(1, Math.max(0, fraction))));
}
