type Child = Node | string | null | undefined | false;

/** Makes an element. `class`, `data-*`, `aria-*` and other attributes; `on*` handlers; children. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Record<string, string | number | boolean | ((event: Event) => void) | undefined> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    if (typeof value === 'function') element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? '' : String(value));
  }
  element.append(...children.filter((child): child is Node | string => child !== null && child !== undefined && child !== false));
  return element;
}

/** The element of index.html with that id. */
export function need<E extends HTMLElement = HTMLElement>(id: string): E {
  const element = document.getElementById(id);
  if (!element) throw new Error(`index.html has no #${id}`);
  return element as E;
}

/** A control that cannot be used now, but keeps the keyboard's focus. */
export function setUsable(button: HTMLElement, usable: boolean): void {
  button.setAttribute('aria-disabled', String(!usable));
}

export function isUsable(button: HTMLElement): boolean {
  return button.getAttribute('aria-disabled') !== 'true';
}

/** A term with its value, for a `<dl>`. */
export function fact(term: string, value: Child, hint?: string): HTMLElement {
  return h('div', { title: hint }, h('dt', {}, term), h('dd', {}, value));
}
