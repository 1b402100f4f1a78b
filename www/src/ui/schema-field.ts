/** A field for one argument, made from its JSON Schema. */
import { plainName } from '../words';
import { h } from './dom';

/** The keywords of JSON Schema that a field knows; the agent checks the others. */
export interface FieldSchema {
  type?: string | string[];
  enum?: unknown[];
  format?: string;
  description?: string;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  maxLength?: number;
  items?: FieldSchema;
  properties?: Record<string, unknown>;
  required?: string[];
  anyOf?: FieldSchema[];
  oneOf?: FieldSchema[];
}

export interface Field {
  readonly element: HTMLElement;
  focus(): void;
  /** The value; undefined where none was given. */
  read(): unknown;
  /** Marks what is wrong, and gives whether anything is. */
  check(): boolean;
}

export interface FieldOptions {
  required: boolean;
  /** Nothing else is asked for. */
  only: boolean;
  value: unknown;
}

type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

/** A control with the ways to read it and to say what is wrong. */
interface Part {
  control: Control;
  read: () => unknown;
  /** What is wrong beyond what the browser finds. */
  wrong?: () => string;
}

let made = 0;

/** What has to be given is marked as such; where `only` that is asked for it need not be. */
export function schemaField(name: string, stated: unknown, { required, only, value }: FieldOptions): Field {
  const schema = readSchema(stated);
  const label = labelOf(name);
  const id = `field-${++made}`;
  const { control, read, wrong } = part(schema, required, value);
  control.id = id;
  control.setAttribute('aria-describedby', `${id}-message`);
  const message = h('p', { class: 'hint bad', id: `${id}-message` });
  const check = (): boolean => {
    const text = complaint(control, label) || wrong?.() || '';
    message.textContent = text;
    if (text) control.setAttribute('aria-invalid', 'true');
    else control.removeAttribute('aria-invalid');
    return text !== '';
  };
  control.addEventListener('input', () => control.hasAttribute('aria-invalid') && check());
  const isBox = control instanceof HTMLInputElement && control.type === 'checkbox';
  const heading = h('label', { for: id, class: isBox ? 'check' : '' },
    isBox && control, h('span', {}, label, required && !only && !isBox && needed()));
  const about = schema.description ? h('p', { class: 'hint' }, schema.description) : '';
  return {
    element: h('div', { class: 'argument-field' }, heading, !isBox && control, about, message),
    focus: () => control.focus(),
    read, check,
  };
}

function part(schema: FieldSchema, required: boolean, value: unknown): Part {
  if (schema.enum) return choice(schema.enum, required, value);
  switch (typeOf(schema)) {
    case 'boolean':
      return flag(required, value);
    case 'integer':
    case 'number':
      return number(schema, required, value);
    case 'array':
      return isScalar(schema.items) ? lines(schema.items, required, value) : json(required, value);
    case 'string':
      return text(schema, required, value);
    default:
      return json(required, value);
  }
}

function choice(members: unknown[], required: boolean, value: unknown): Part {
  const at = members.findIndex((member) => JSON.stringify(member) === JSON.stringify(value));
  const options = members.map((member, n) => h('option', { value: n, selected: n === at }, typeof member === 'string' ? member : JSON.stringify(member)));
  const none = h('option', { value: '', selected: at < 0 }, required ? 'Choose …' : 'Leave it open');
  const control = h('select', { required }, (at < 0 || !required) && none, ...options);
  return { control, read: () => (control.value === '' ? undefined : members[Number(control.value)]) };
}

function flag(required: boolean, value: unknown): Part {
  const control = h('input', { type: 'checkbox', checked: value === true });
  let isSaid = required || typeof value === 'boolean';
  control.addEventListener('change', () => (isSaid = true));
  return { control, read: () => (isSaid ? control.checked : undefined) };
}

function number(schema: FieldSchema, required: boolean, value: unknown): Part {
  const { minimum, maximum, exclusiveMinimum: above, exclusiveMaximum: below } = schema;
  const control = h('input', {
    type: 'number', step: typeOf(schema) === 'integer' ? 1 : 'any', min: minimum, max: maximum, required, autocomplete: 'off',
  });
  // As an attribute it would be what the steps count from.
  if (typeof value === 'number') control.valueAsNumber = value;
  const wrong = () => {
    if (control.value === '') return '';
    if (typeof above === 'number' && control.valueAsNumber <= above) return `More than ${above}.`;
    return typeof below === 'number' && control.valueAsNumber >= below ? `Less than ${below}.` : '';
  };
  return { control, wrong, read: () => (control.value === '' ? undefined : control.valueAsNumber) };
}

const DATE_TYPES: Record<string, string> = { date: 'date', time: 'time', 'date-time': 'datetime-local', email: 'email', uri: 'url' };

function text({ format, maxLength }: FieldSchema, required: boolean, value: unknown): Part {
  const control = h('input', { type: (format && DATE_TYPES[format]) ?? 'text', required, maxlength: maxLength, autocomplete: 'off' });
  control.value = value === undefined || value === null ? '' : String(value);
  return { control, read: () => (control.value.trim() === '' ? undefined : control.value.trim()) };
}

function lines(items: FieldSchema, required: boolean, value: unknown): Part {
  const control = h('textarea', { rows: 3, required, placeholder: 'One a line' });
  control.value = Array.isArray(value) ? value.map(String).join('\n') : '';
  const all = () => control.value.split('\n').map((line) => line.trim()).filter(Boolean);
  const isNumber = ['integer', 'number'].includes(typeOf(items));
  return {
    control,
    wrong: () => (isNumber && all().some((line) => !Number.isFinite(Number(line))) ? 'One number a line.' : ''),
    read: () => (all().length === 0 ? undefined : all().map((line) => (isNumber ? Number(line) : line))),
  };
}

/** For what has no field of its own. */
function json(required: boolean, value: unknown): Part {
  const control = h('textarea', { rows: 3, required, class: 'code', placeholder: 'As JSON', spellcheck: 'false' });
  control.value = value === undefined ? '' : JSON.stringify(value, null, 2);
  const parse = (): { value?: unknown; wrong: string } => {
    try {
      return { value: control.value.trim() === '' ? undefined : JSON.parse(control.value), wrong: '' };
    } catch (error) {
      return { wrong: `This is not JSON: ${(error as Error).message}` };
    }
  };
  return { control, wrong: () => parse().wrong, read: () => parse().value };
}

/** What the browser finds wrong, in plain words. */
function complaint(control: Control, label: string): string {
  const { validity } = control;
  const at = (name: string) => control.getAttribute(name);
  if (validity.badInput) return 'Write a number.';
  if (validity.valueMissing || (control.required && control.value.trim() === '')) return `${label} is needed.`;
  if (validity.rangeUnderflow) return `${at('min')} at least.`;
  if (validity.rangeOverflow) return `${at('max')} at most.`;
  if (validity.stepMismatch) return 'A whole number.';
  return validity.valid ? '' : control.validationMessage;
}

/** A schema as fields need it: of several the first that says a type. */
export function readSchema(schema: unknown): FieldSchema {
  if (!isRecord(schema)) return {};
  const one = schema as FieldSchema;
  const several = one.anyOf ?? one.oneOf;
  if (one.type !== undefined || one.enum || !Array.isArray(several)) return one;
  const first = several.find((other) => isRecord(other) && typeOf(other) !== 'null');
  return first ? { ...first, ...(one.description !== undefined && { description: one.description }) } : one;
}

export function typeOf({ type }: FieldSchema): string {
  const one = Array.isArray(type) ? type.find((each) => each !== 'null') : type;
  return typeof one === 'string' ? one : '';
}

const isScalar = (schema: unknown): schema is FieldSchema =>
  isRecord(schema) && !schema['enum'] && ['string', 'integer', 'number'].includes(typeOf(schema as FieldSchema));

export const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The name of an argument as people read it. */
export function labelOf(name: string): string {
  const text = plainName(name);
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Stands behind the label of what has to be given. */
export const needed = (): HTMLElement => h('span', { class: 'needed' }, ' (needed)');
