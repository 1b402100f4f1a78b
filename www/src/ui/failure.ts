import { remedyFor, type AutodidactError } from 'autodidact';
import { h } from './dom';
import { sentence } from './format';

/** Why a request came to nothing, what to do about it, and a button to ask once more. */
export const failureView = ({ code, message }: AutodidactError, again: () => void): HTMLElement =>
  h('div', { class: 'failure' },
    h('p', { class: 'bad' }, h('code', { class: 'code' }, code), ' ', sentence(message)),
    h('p', { class: 'hint' }, remedyFor(code)),
    h('div', { class: 'row-actions' }, h('button', { type: 'button', class: 'small', onclick: again }, 'Ask again')));
