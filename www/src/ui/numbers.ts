import { NUMBERS, type Chosen } from './chosen';
import { need } from './dom';
import { limits, valueOf } from './number-fields';

/** The numbers of the settings; an empty field stands for the agent's own. */
export class Numbers {
  readonly fields = NUMBERS.map((name) => need<HTMLInputElement>(name));

  /** Those that are given and allowed. */
  get values(): Chosen['numbers'] {
    return Object.fromEntries(this.fields.flatMap((field) => {
      const value = valueOf(field);
      return value === undefined ? [] : [[field.id, value]];
    }));
  }

  set values(values: Chosen['numbers']) {
    NUMBERS.forEach((name, n) => (this.fields[n]!.value = String(values[name] ?? '')));
  }

  /** Says what may stand in those that are wrong. */
  complain(wrong: readonly HTMLInputElement[]): void {
    need('numbers-message').textContent = this.fields.filter((field) => wrong.includes(field)).map(limits).join(' ');
  }
}
