import type { AutodidactError, Phase, Question, Tool, ToolCall, ToolResult, TrainEvent } from 'autodidact';
import { Correction } from './correction';
import { h } from './dom';
import { failureView } from './failure';
import { LessonLine } from './lesson-line';
import { Outcome } from './outcome';
import { QuestionView } from './question';
import { Stages } from './stages';
import type { TurnHooks } from './turn-hooks';

type State = 'running' | 'acted' | 'asked' | 'answered' | 'declined' | 'stopped' | 'failed';

/** A turn of the conversation: the user's words, and all that the agent makes of them. */
export class TurnView {
  readonly element: HTMLLIElement;
  readonly #hooks: TurnHooks;
  readonly #tools: readonly Tool[];
  readonly #working = h('p', { class: 'working', 'aria-live': 'off' });
  readonly #body = h('div', { class: 'body' });
  readonly #asides = h('div', { class: 'asides' });
  #question: QuestionView | null = null;
  #outcome: Outcome | null = null;
  #stages: Stages | null = null;
  #correction: Correction | null = null;
  #lesson: LessonLine | null = null;
  /** What the form of a correction begins with. */
  #calls: readonly ToolCall[] = [];
  /** There is something to take back: something was done, or a lesson decided. */
  #mayBeWrong = false;

  constructor(words: string, tools: readonly Tool[], hooks: TurnHooks) {
    this.#hooks = hooks;
    this.#tools = tools;
    const reply = h('div', { class: 'reply' }, h('span', { class: 'visually-hidden' }, 'The agent:'), this.#working, this.#body, this.#asides);
    this.element = h('li', { class: 'turn', 'data-state': 'running', tabindex: -1 },
      h('p', { class: 'words' }, h('span', { class: 'visually-hidden' }, 'You: '), words), reply);
  }

  /** Choices are open. */
  get question(): QuestionView | null {
    return this.#question;
  }

  /** Something goes on. */
  work(phase: string): void {
    this.#working.textContent = phase;
  }

  enter(phase: Phase): void {
    this.#stages?.enter(phase);
  }

  step(event: TrainEvent): void {
    this.#stages?.step(event);
  }

  get isPractising(): boolean {
    return this.#stages !== null;
  }

  /** Shows the stages of practice from here on. */
  practise(): void {
    this.#question?.hidePractise(true);
    this.work('');
    const hadFocus = this.#hasFocusOrLostIt;
    this.#stages = new Stages(this.#hooks.stop);
    this.#body.append(this.#stages.element);
    if (hadFocus) this.#stages.focus();
  }

  practised(text: string, mayTryAgain: boolean): void {
    const hadFocus = this.#stages?.element.contains(document.activeElement);
    this.#stages?.end(text);
    this.#stages = null;
    this.#question?.hidePractise(!mayTryAgain);
    if (hadFocus) this.#question?.focusFirst();
  }

  ask(question: Question): void {
    this.#calls = question.call ? [question.call] : (question.proposals?.[0]?.calls ?? []);
    if (this.#question) return void this.#question.add(question.proposals ?? []);
    const { choose, practise } = this.#hooks;
    this.#question = new QuestionView(question, this.#tools, { choose, practise, none: () => this.correct() });
    this.#show('asked', this.#question.element);
  }

  act(calls: readonly ToolCall[], results: readonly ToolResult[]): void {
    this.#calls = calls;
    this.#mayBeWrong = true;
    const hadFocus = this.#hasFocusOrLostIt;
    this.#question?.close();
    this.#question = null;
    this.#outcome?.hideWrong(true);
    this.#body.querySelector('.declined .row-actions')?.remove();
    this.#outcome = new Outcome(results, { onUndone: (at) => this.#hooks.undone(at), wrong: () => this.correct() });
    this.#show('acted', this.#outcome.element);
    if (hadFocus) this.#outcome.focus();
  }

  /** Takes back what was done, as far as that is possible. */
  undo(): void {
    this.#outcome?.undoAll();
  }

  /** The model answered in words: what it wrote is the answer. */
  answer(text: string): void {
    this.#show('answered', this.#withoutCall(h('p', { class: 'result free' }, text), 'Use a tool instead'));
  }

  decline(): void {
    this.#show('declined', this.#withoutCall(h('p', { class: 'result' }, 'None of my tools fits that.'), 'One does'));
  }

  /** What was said without a call, with a way to say that a tool was meant. */
  #withoutCall(said: HTMLElement, label: string): HTMLElement {
    const button = h('button', { type: 'button', class: 'small', onclick: () => this.correct() }, label);
    return h('div', { class: 'declined' }, said, h('div', { class: 'row-actions' }, button));
  }

  fail(error: AutodidactError): void {
    if (error.isAborted) this.#show('stopped', h('p', { class: 'hint' }, 'Stopped. Nothing was done.'));
    else this.#show('failed', failureView(error, this.#hooks.again));
  }

  /** Opens the form in which the user says what was right. */
  correct(): void {
    if (this.#correction) return this.#correction.focus();
    const { correct, wrong } = this.#hooks;
    const form = new Correction(this.#tools, this.#calls, {
      right: (calls) => (this.#endCorrection(), correct(calls)),
      ...(this.#mayBeWrong && { wrong: () => (this.#endCorrection(), wrong()) }),
      cancel: () => (this.#endCorrection(), this.#outcome ? this.#outcome.focusWrong() : this.element.focus()),
    });
    this.#correction = form;
    this.#outcome?.hideWrong(true);
    this.#body.append(form.element);
    form.element.scrollIntoView({ block: 'nearest' });
    form.focus();
  }

  /** A line for what is learned from the user here. */
  learn(): LessonLine {
    this.#lesson?.element.remove();
    this.#lesson = new LessonLine();
    this.#body.append(this.#lesson.element);
    return this.#lesson;
  }

  /** It was decided by a lesson: the user's own words, or some that are like them. */
  taught(query: string, isExact: boolean): void {
    this.#mayBeWrong = true;
    this.note(isExact ? 'As you taught me.' : `As you taught me for “${query}”.`);
    const declined = this.#body.querySelector('.declined button');
    if (declined) declined.textContent = 'Wrong?';
  }

  note(text: string): void {
    this.#asides.before(h('p', { class: 'hint aside-note' }, text));
  }

  /** It can be looked into; only the last turn can. */
  offerInside(isOffered: boolean): void {
    this.#asides.querySelector('.inside-link')?.remove();
    if (!isOffered) return;
    this.#asides.append(h('button', { type: 'button', class: 'link inside-link', onclick: this.#hooks.inside }, 'What happened inside'));
  }

  /** A later turn has begun: a question that is open is no longer asked. */
  settle(): void {
    this.#question?.close();
    this.#question = null;
    this.offerInside(false);
  }

  /** The agent knows nothing of it any more. */
  drop(): void {
    this.element.dataset['remembered'] = 'false';
    this.#asides.prepend(h('span', { class: 'hint dropped' }, 'No longer remembered'));
  }

  #endCorrection(): void {
    this.#correction?.element.remove();
    this.#correction = null;
    this.#outcome?.hideWrong(false);
  }

  #show(state: State, ...content: HTMLElement[]): void {
    this.element.dataset['state'] = state;
    this.work('');
    this.#body.append(...content);
  }

  /** The focus is here, or was on something that is gone. */
  get #hasFocusOrLostIt(): boolean {
    return document.activeElement === document.body || this.element.contains(document.activeElement);
  }
}
