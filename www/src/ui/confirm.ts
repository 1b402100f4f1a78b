import { need } from './dom';

/** The question before; there is one dialog, so that the next one waits for its answer. */
let last: Promise<unknown> = Promise.resolve();

/**
 * Asks before something that cannot be undone, or has an effect outside of the page. One question at a time; what was
 * stopped meanwhile (`signal`) is not asked, and is a no.
 */
export function confirmed(question: string, verb: string, kind: 'danger' | 'primary' = 'danger', signal?: AbortSignal): Promise<boolean> {
  const mine = last.then(() => !signal?.aborted && ask(question, verb, kind));
  last = mine.catch(() => {});
  return mine;
}

function ask(question: string, verb: string, kind: 'danger' | 'primary'): Promise<boolean> {
  const dialog = need<HTMLDialogElement>('confirm');
  need('confirm-text').textContent = question;
  const ok = need('confirm-ok');
  ok.textContent = verb;
  ok.className = kind;
  dialog.returnValue = '';
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => resolve(dialog.returnValue === 'ok'), { once: true });
  });
}
