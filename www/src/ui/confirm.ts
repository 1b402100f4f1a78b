import { need } from './dom';

/** Asks before something that cannot be undone, or has an effect outside of the page. */
export function confirmed(question: string, verb: string, kind: 'danger' | 'primary' = 'danger'): Promise<boolean> {
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
