import { events, removeEvent, startOf, type PlannedEvent } from '../tools/events';
import { notes, removeNote, type Note } from '../tools/notes';
import { removeTimer, timers, type Timer } from '../tools/timers';
import { removeTodo, setDone, todos, type Todo } from '../tools/todos';
import { beep } from './beep';
import { h, need } from './dom';
import { Entries } from './entries';
import { clock, counted } from './format';

const TICK_MS = 250;

/**
 * What the tools of the page made: timers that count down and ring, to-dos, notes, events. Where the window is narrow a
 * line sums them up, and a button shows them.
 */
export class Things {
  readonly #timers = new Entries<Timer>(need('timers'), 'No timer runs.', timerView, showTimer);
  readonly #todos = new Entries<Todo>(need('todos'), 'Nothing to do.', todoView, showTodo);
  readonly #notes = new Entries<Note>(need('notes'), 'No notes.', noteView, () => {});
  readonly #events = new Entries<PlannedEvent>(need('events'), 'No events.', eventView, () => {});
  readonly #summary = need('things-summary');
  readonly #alert = need('timer-alert');
  readonly #title = document.title;
  #rung = new Set<string>();

  constructor() {
    for (const list of [timers, todos, notes, events]) list.subscribe(() => this.#show());
    const toggle = need('things-toggle');
    toggle.addEventListener('click', () => {
      const isOpen = toggle.getAttribute('aria-expanded') !== 'true';
      toggle.setAttribute('aria-expanded', String(isOpen));
      toggle.textContent = isOpen ? 'Hide' : 'Show';
    });
    // Those that rang while the page was closed do not ring again.
    this.#rung = new Set(timers.value.filter(isOver).map(({ id }) => id));
    this.#show();
    setInterval(() => this.#tick(), TICK_MS);
  }

  #show(): void {
    const lost = [
      this.#timers.show(timers.value), this.#todos.show(todos.value), this.#notes.show(notes.value), this.#events.show(events.value),
    ];
    if (lost.includes(true)) need('things-heading').focus();
    this.#entitle();
    this.#sumUp();
  }

  #tick(): void {
    if (timers.value.length === 0) return;
    this.#timers.show(timers.value);
    for (const timer of timers.value.filter((one) => isOver(one) && !this.#rung.has(one.id))) {
      this.#rung.add(timer.id);
      this.#alert.textContent = `Time is up: ${timer.label}`;
      beep();
    }
    this.#entitle();
    this.#sumUp();
  }

  /** All of it in a line. */
  #sumUp(): void {
    const next = [...timers.value].sort((a, b) => a.endsMs - b.endsMs)[0];
    const counts: [number, string][] = [
      [timers.value.length, 'timer'], [todos.value.filter(({ done }) => !done).length, 'to-do'], [notes.value.length, 'note'],
      [events.value.length, 'event'],
    ];
    const parts = counts.filter(([count]) => count > 0).map(([count, unit]) => counted(count, unit));
    if (next) parts[0] += isOver(next) ? ' (time is up)' : ` (${leftOf(next)})`;
    const text = parts.join(' · ') || 'nothing yet';
    if (this.#summary.textContent !== text) this.#summary.textContent = text;
  }

  #entitle(): void {
    const over = timers.value.find(isOver);
    const title = over ? `Time is up: ${over.label}` : this.#title;
    if (document.title !== title) document.title = title;
    if (!over) this.#alert.textContent = '';
  }
}

const leftOf = ({ endsMs }: Timer): string => clock((endsMs - Date.now()) / 1000);

const isOver = ({ endsMs }: Timer): boolean => endsMs <= Date.now();

const removal = (verb: string, label: string, remove: () => void) =>
  h('button', { type: 'button', class: 'small', 'aria-label': `${verb} ${label}`, onclick: remove }, verb);

function timerView({ id, label }: Timer): HTMLElement {
  return h('li', {}, h('span', { class: 'thing' }, label), h('span', { class: 'left', role: 'timer' }), removal('Cancel', label, () => removeTimer(id)));
}

function showTimer(element: HTMLElement, timer: Timer): void {
  const over = isOver(timer);
  const left = over ? 'Time is up' : leftOf(timer);
  const shown = element.querySelector('.left')!;
  if (shown.textContent !== left) shown.textContent = left;
  if (!over || element.dataset['over']) return;
  element.dataset['over'] = 'true';
  const button = element.querySelector('button')!;
  button.textContent = 'Dismiss';
  button.setAttribute('aria-label', `Dismiss ${timer.label}`);
}

function todoView({ id, text }: Todo): HTMLElement {
  const box = h('input', { type: 'checkbox', onchange: () => setDone(id, box.checked) });
  return h('li', {}, h('label', { class: 'check thing' }, box, h('span', {}, text)), removal('Delete', text, () => removeTodo(id)));
}

function showTodo(element: HTMLElement, { done }: Todo): void {
  element.querySelector('input')!.checked = done;
  element.dataset['done'] = String(done);
}

function noteView({ id, text }: Note): HTMLElement {
  return h('li', {}, h('span', { class: 'thing' }, text), removal('Delete', text, () => removeNote(id)));
}

function eventView(event: PlannedEvent): HTMLElement {
  const { id, title } = event;
  return h('li', {}, h('span', { class: 'thing' }, title, h('span', { class: 'when' }, startOf(event))), removal('Delete', title, () => removeEvent(id)));
}
