import { need } from './dom';

/** Asks before something that cannot be undone. */
export function confirmed(question: string, verb: string): Promise<boolean> {
  const dialog = need<HTMLDialogElement>('confirm');
  need('confirm-text').textContent = question;
  need('confirm-ok').textContent = verb;
  dialog.returnValue = '';
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => resolve(dialog.returnValue === 'ok'), { once: true });
  });
}
