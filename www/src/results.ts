/** The results of a question: shows the agent's events while it runs, and its trace at the end. */
import type { AutodidactError, Feedback, Learn, Pair, Taught, TaskEvent, TaskResult } from 'autodidact';
import { Answers, doneText } from './ui/answers';
import { LossChart } from './ui/chart';
import { need } from './ui/dom';
import { FeedbackForm } from './ui/feedback';
import { Gate } from './ui/gate';
import { Meter } from './ui/meter';
import { Pairs } from './ui/pairs';
import { phaseText } from './ui/phases';
import { Progress } from './ui/progress';
import { say } from './ui/status';
import { ToolResults } from './ui/tool-results';

/** A question as far as its results depend on it. */
export interface About {
  learn: Learn;
  /** Something is remembered between tasks, so the user can say what was right. */
  remembers: boolean;
  /** The adapter that it began with, in words. */
  start: string | undefined;
}

interface Hooks {
  teach: (feedback: Feedback) => Promise<Taught>;
  fail: (error: unknown) => void;
}

export class Results {
  readonly #box = need('results');
  readonly #progress = new Progress();
  readonly #answers = new Answers();
  readonly #toolResults = new ToolResults();
  readonly #meter = new Meter();
  readonly #pairs = new Pairs();
  readonly #chart = new LossChart();
  readonly #gate = new Gate();
  readonly #feedback: FeedbackForm;
  #about: About = { learn: 'never', remembers: false, start: undefined };

  constructor({ teach, fail }: Hooks) {
    const taught = async (feedback: Feedback) => {
      const outcome = await teach(feedback);
      if (outcome.gate) this.#gate.show(outcome.gate);
      return outcome;
    };
    this.#feedback = new FeedbackForm({ teach: taught, say, fail });
  }

  clear(): void {
    this.#answers.clear();
    this.#feedback.hide();
    this.#toolResults.clear();
    this.#meter.clear();
    this.#pairs.clear('None yet.');
    this.#chart.clear('No training yet.');
    this.#gate.clear();
  }

  begin(about: About): void {
    this.#about = about;
    this.clear();
    this.#progress.start();
    this.#box.dataset['state'] = 'running';
    this.#scroll();
  }

  show(event: TaskEvent): void {
    switch (event.type) {
      case 'phase':
        this.#progress.enter(event.phase);
        return say(`${phaseText(event.phase)} …`);
      case 'score':
        return this.#meter.show(event.uncertainty, this.#about.learn === 'always');
      case 'token':
        return this.#answers.write(event.answer, event.text);
      case 'answer':
        return this.#answers.show(event.answer, event.result);
      case 'decision':
        return;
      case 'pair':
        return this.#pairs.add(event.pair, event.valid, event.reason);
      case 'train':
        this.#progress.step(event);
        return this.#chart.add(event);
      case 'tool-call':
        this.#progress.end(false);
        return say(`Executing ${event.call.name} …`);
      case 'tool-result':
        return this.#toolResults.add(event.result);
      case 'download':
      case 'backend':
        return;
    }
  }

  /** Shows the examples, and waits for the user's decision. */
  review(examples: Pair[]): Promise<Pair[]> {
    this.#progress.wait();
    say('Look at the examples it wrote: nothing is learned before you say so.');
    return this.#pairs.review(examples);
  }

  finish(trace: TaskResult): void {
    const { learn, remembers, start } = this.#about;
    this.#progress.end(false, trace.seconds);
    this.#box.dataset['state'] = 'done';
    this.#meter.show(trace.uncertainty, learn === 'always');
    this.#answers.finish(trace, start);
    if (trace.results.length === 0 && trace.final.error === undefined) this.#toolResults.notRun(trace.final.calls);
    this.#pairs.finish(trace.synthesis, learn === 'never' ? 'None: you chose that it never learns.' : 'None needed: it was sure enough.');
    if (remembers) this.#feedback.offer(trace.answer.calls);
    if (!trace.training) this.#chart.clear('No training was needed or possible.');
    if (trace.gate) this.#gate.show(trace.gate);
    say(doneText(trace));
  }

  stop(error: AutodidactError): void {
    this.#progress.end(true);
    this.#pairs.close();
    this.#box.dataset['state'] = 'stopped';
    this.#answers.stop(error.isAborted ? 'Stopped. The model’s own weights are unchanged.' : 'There was an error; see the message.');
    say(error.isAborted ? 'Stopped.' : 'There was an error.');
  }

  /** On a narrow screen the results lie below the form: go there. */
  #scroll(): void {
    // The first of them: the box around all has no place of its own there (narrow.css).
    const first = this.#box.firstElementChild;
    const place = first?.getBoundingClientRect();
    if (place && (place.top > innerHeight / 2 || place.bottom < 0)) first?.scrollIntoView();
  }
}
