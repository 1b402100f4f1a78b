import { AutodidactError, type Feedback, type Taught, type ToolCall } from 'autodidact';
import { need, setUsable } from './dom';
import { sentence } from './format';

interface Hooks {
  /** Tells the agent; gives what came of it. */
  teach: (feedback: Feedback) => Promise<Taught>;
  say: (text: string) => void;
  fail: (error: unknown) => void;
}

/** The user as teacher: right, wrong, or the calls that would have been right. */
export class FeedbackForm {
  readonly #box = need('feedback');
  readonly #buttons = ['feedback-right', 'feedback-wrong', 'feedback-correct', 'feedback-teach'].map((id) => need<HTMLButtonElement>(id));
  readonly #correction = need('correction');
  readonly #json = need<HTMLTextAreaElement>('correction-json');
  readonly #message = need('correction-message');
  readonly #hooks: Hooks;
  #calls: ToolCall[] = [];

  constructor(hooks: Hooks) {
    this.#hooks = hooks;
    const on = (id: string, work: () => void) => need(id).addEventListener('click', work);
    on('feedback-right', () => void this.#tell({ verdict: 'right', calls: this.#calls }));
    on('feedback-wrong', () => void this.#tell({ verdict: 'wrong' }));
    on('feedback-correct', () => this.#correct());
    on('feedback-teach', () => void this.#teach());
  }

  /** Asks about an answer. */
  offer(calls: ToolCall[]): void {
    this.#calls = calls;
    this.#json.value = JSON.stringify(calls, null, 2);
    this.#correction.hidden = true;
    this.#refuse('');
    this.#setUsable(true);
    this.#box.hidden = false;
  }

  hide(): void {
    this.#box.hidden = true;
  }

  #correct(): void {
    this.#correction.hidden = false;
    this.#json.focus();
  }

  async #teach(): Promise<void> {
    let calls: unknown;
    try {
      calls = JSON.parse(this.#json.value);
    } catch (error) {
      return this.#refuse(`This is not JSON: ${(error as Error).message}`);
    }
    if (!Array.isArray(calls)) return this.#refuse('Write a list of calls, [{"name": …, "arguments": {…}}]; an empty one says that no tool fits.');
    await this.#tell({ verdict: 'right', calls: calls as ToolCall[] });
  }

  async #tell(feedback: Feedback): Promise<void> {
    this.#refuse('');
    this.#setUsable(false);
    this.#hooks.say('Learning from you …');
    try {
      const { adapter, rolledBack, note } = await this.#hooks.teach(feedback);
      const kept = adapter && `Learned: it is kept as “${adapter.name}”.`;
      this.#hooks.say(kept ?? (rolledBack ? `Took back what it had learned (“${rolledBack}”).` : sentence(note ?? 'nothing was kept')));
      this.hide();
      need('answer-heading').focus();
    } catch (reason) {
      const error = AutodidactError.from(reason);
      if (error.code === 'InvalidInput') {
        this.#correct();
        this.#refuse(sentence(error.message));
        this.#hooks.say('This could not be learned.');
      } else {
        this.#hooks.say('There was an error.');
        this.#hooks.fail(error);
      }
      this.#setUsable(true);
    }
  }

  #refuse(why: string): void {
    this.#message.textContent = why;
    if (why) this.#json.setAttribute('aria-invalid', 'true');
    else this.#json.removeAttribute('aria-invalid');
  }

  #setUsable(usable: boolean): void {
    for (const button of this.#buttons) setUsable(button, usable);
  }
}
