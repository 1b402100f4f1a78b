/** Keys that work wherever the focus is: Escape stops, and a digit chooses where nothing is typed. */

interface Hooks {
  stop: () => void;
  /** Chooses by number; gives whether there is such a choice. */
  choose: (number: number) => boolean;
}

export function listenToKeys({ stop, choose }: Hooks): void {
  addEventListener('keydown', (event) => {
    const { key, target } = event;
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]')) return;
    if (key === 'Escape') stop();
    else if (/^[1-9]$/.test(key) && !isTypedInto(target) && choose(Number(key))) event.preventDefault();
  });
}

/** A digit belongs to it: a field, a list of choices, a slider. */
const isTypedInto = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || target.matches('textarea, select, input:not([type="checkbox"], [type="radio"])'));
