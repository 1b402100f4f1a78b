import type { Answer, AnswerKind, Trace } from 'autodidact';
import { callsView, sameCalls } from './calls';
import { h, need } from './dom';
import { sentence } from './format';
import { reasonText } from './reasons';

/** Over the second answer, by what it came of. */
const HEADINGS: Record<Exclude<AnswerKind, 'base'>, string> = {
  joined: 'With the tool that its words mean',
  searched: 'Best of several tools',
  reordered: 'Surest of several orders',
  context: 'With its examples at hand',
  adapted: 'After learning',
};

/** The answers before and after learning, side by side. */
export class Answers {
  readonly #second = need('answer-adapted');
  /** Whatever comes after the first answer stands where a trained one would. */
  readonly #sides: Record<AnswerKind, HTMLElement> = { base: need('answer-base'), joined: this.#second, searched: this.#second, reordered: this.#second, context: this.#second, adapted: this.#second };
  readonly #heading = need('after-heading');
  readonly #badge = need('answer-badge');
  readonly #note = need('answer-note');

  clear(): void {
    for (const side of Object.values(this.#sides)) side.replaceChildren();
    this.#heading.textContent = HEADINGS.adapted;
    this.#badge.hidden = true;
    this.#note.textContent = '';
  }

  /** The next piece of an answer that is being written. */
  write(side: AnswerKind, text: string): void {
    const box = this.#sides[side];
    let live = box.querySelector(`.live[data-side="${side}"]`);
    if (!live) box.replaceChildren((live = h('pre', { class: 'live', 'data-side': side })));
    live.append(text);
  }

  show(side: AnswerKind, answer: Answer): void {
    if (side !== 'base') this.#heading.textContent = HEADINGS[side];
    this.#sides[side].replaceChildren(
      isInWords(answer) ? h('p', { class: 'free' }, answer.text.trim()) : callsView(answer.calls),
      answer.error ? h('p', { class: 'bad', title: answer.error }, sentence(reasonText(answer.error))) : '',
      h('details', {}, h('summary', {}, 'As the model wrote it'), h('pre', {}, answer.text)),
    );
  }

  /** `start`: where it began, unless with the plain model. */
  finish(trace: Trace, start: string | undefined): void {
    this.show('base', trace.baseAnswer);
    const second = standing(trace);
    if (second) {
      this.show(second, trace.answer);
      const same = sameCalls(trace.baseAnswer.calls, trace.answer.calls);
      this.#mark(same ? 'same' : 'changed', same ? 'Same answer' : 'Answer changed');
    } else {
      this.#heading.textContent = HEADINGS.adapted;
      this.#sides.adapted.replaceChildren(
        h('p', { class: 'empty' }, trace.uncertainty.unsure ? 'No update was used, so the first answer stands.' : 'It was sure enough, so it did not learn.'),
      );
      this.#mark('same', 'First answer stands');
    }
    const facts = [
      trace.search?.tool && `Its words fit “${trace.search.tool}” better than what it thought of first.`,
      trace.orders && `It asked itself with the tools in ${trace.orders.asked} orders; ${trace.orders.chosen ? 'another than the given one' : 'the given one'} made it surest.`,
      start && `It began with ${start}.`,
      trace.recalled?.gate.passed && `It began with “${trace.recalled.name}” of its memory.`,
      trace.note && sentence(trace.note),
      trace.stored && `Kept as “${trace.stored}”.`,
      trace.restored ? 'The model’s own weights are as they were before.' : 'The model’s own weights could not be checked; start the agent again.',
    ];
    this.#note.textContent = facts.filter(Boolean).join(' ');
    this.#note.classList.toggle('bad', !trace.restored);
  }

  /** The run ended without an answer. */
  stop(text: string): void {
    this.#note.textContent = text;
    for (const side of Object.values(this.#sides)) {
      if (side.childElementCount === 0) side.replaceChildren(h('p', { class: 'empty' }, 'None'));
    }
  }

  #mark(kind: string, text: string): void {
    this.#badge.hidden = false;
    this.#badge.dataset['kind'] = kind;
    this.#badge.textContent = text;
  }
}

/** The model wrote a text, and no call that could not be read. */
export const isInWords = ({ text, calls, error }: Answer): boolean => calls.length === 0 && error === undefined && text.trim() !== '';

/** The end of a run in a line, for the status. */
export function doneText(trace: Trace): string {
  switch (standing(trace)) {
    case 'adapted': return 'Done: it learned and answered again.';
    case 'context': return 'Done: with its examples before it, it was sure.';
    case 'reordered': return 'Done: the answer to another order of the tools stands.';
    case 'searched': return 'Done: the answer with another tool stands.';
    default: return 'Done: the first answer stands.';
  }
}

/** Which answer after the first one stands, if one does. */
function standing({ adapted, context, orders, search }: Trace): AnswerKind | null {
  if (adapted) return 'adapted';
  if (context?.accepted) return 'context';
  if (orders && orders.chosen > 0) return 'reordered';
  return search?.tool ? 'searched' : null;
}
