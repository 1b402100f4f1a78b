/** What happened inside: the agent's events of the last request while they come, and its trace at the end. */
import type { AutodidactError, Learn, Pair, Taught, TaskEvent, TaskResult } from 'autodidact';
import { Answers } from './ui/answers';
import { LossChart } from './ui/chart';
import { DecisionPanel } from './ui/decision';
import { need } from './ui/dom';
import { Gate } from './ui/gate';
import { Meter } from './ui/meter';
import { Pairs } from './ui/pairs';
import { Progress } from './ui/progress';
import { say } from './ui/status';

/** A request as far as what is shown of it depends on it. */
export interface About {
  words: string;
  learn: Learn;
  /** The adapter that it began with, in words. */
  start: string | undefined;
}

export class Inside {
  readonly #box = need<HTMLDetailsElement>('inside');
  readonly #words = need('inside-words');
  readonly #progress = new Progress();
  readonly #answers = new Answers();
  readonly #decision = new DecisionPanel();
  readonly #meter = new Meter();
  readonly #pairs = new Pairs();
  readonly #chart = new LossChart();
  readonly #gate = new Gate();
  #about: About = { words: '', learn: 'never', start: undefined };

  /** Opens it, and puts the focus on its heading. */
  open(): void {
    this.#box.open = true;
    need('inside-heading').focus();
    this.#box.scrollIntoView({ block: 'start' });
  }

  clear(): void {
    this.#words.textContent = 'Nothing was asked yet.';
    delete this.#box.dataset['state'];
    this.#empty();
  }

  begin(about: About): void {
    this.#about = about;
    this.#empty();
    this.#words.textContent = `For “${about.words}”`;
    this.#progress.start();
    this.#box.dataset['state'] = 'running';
  }

  show(event: TaskEvent): void {
    switch (event.type) {
      case 'phase':
        return this.#progress.enter(event.phase);
      case 'score':
        return this.#meter.show(event.uncertainty, this.#about.learn === 'always');
      case 'token':
        return this.#answers.write(event.answer, event.text);
      case 'answer':
        return this.#answers.show(event.answer, event.result);
      case 'decision':
        return this.#decision.show(event.decision);
      case 'pair':
        return this.#pairs.add(event.pair, event.valid, event.reason);
      case 'train':
        this.#progress.step(event);
        return this.#chart.add(event);
      case 'tool-call':
        return this.#progress.end(false);
      case 'tool-result':
      case 'download':
      case 'backend':
        return;
    }
  }

  /** Shows the examples, and waits for the user's decision. */
  review(examples: Pair[]): Promise<Pair[]> {
    this.#progress.wait();
    this.#box.open = true;
    say('Look at the examples it wrote: nothing is learned before you say so.');
    return this.#pairs.review(examples);
  }

  finish(trace: TaskResult): void {
    const { learn, start } = this.#about;
    this.#progress.end(false, trace.seconds);
    this.#box.dataset['state'] = 'done';
    this.#meter.show(trace.uncertainty, learn === 'always');
    this.#answers.finish(trace, start);
    this.#decision.show(trace.decision, trace.judgement);
    this.#pairs.finish(trace.synthesis, learn === 'never' ? 'None: it did not practise.' : 'None needed: it was sure enough.');
    if (!trace.training) this.#chart.clear('No training was needed or possible.');
    if (trace.gate) this.#gate.show(trace.gate);
  }

  /** What came of training on a lesson. */
  learned({ gate }: Taught): void {
    if (gate) this.#gate.show(gate);
  }

  stop(error: AutodidactError): void {
    this.#progress.end(true);
    this.#pairs.close();
    this.#box.dataset['state'] = 'stopped';
    this.#answers.stop(error.isAborted ? 'Stopped. The model’s own weights are unchanged.' : 'There was an error; see the message.');
  }

  #empty(): void {
    this.#answers.clear();
    this.#decision.clear();
    this.#meter.clear();
    this.#pairs.clear('None yet.');
    this.#chart.clear('No training yet.');
    this.#gate.clear();
  }
}
