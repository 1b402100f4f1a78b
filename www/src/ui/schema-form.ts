import { h } from './dom';
import { isRecord, labelOf, needed, readSchema, schemaField, typeOf, type Field, type FieldOptions, type FieldSchema } from './schema-field';

/** The fields for the arguments of a tool. */
export class SchemaForm {
  readonly element: HTMLElement;
  readonly #names: readonly string[];
  readonly #values: Readonly<Record<string, unknown>>;
  readonly #fields = new Map<string, Field>();

  /** `values` are filled in. `only`: the arguments that get a field; the others keep their values. */
  constructor(schema: FieldSchema, values: Readonly<Record<string, unknown>>, only?: readonly string[]) {
    this.#values = values;
    const properties = Object.entries(schema.properties ?? {});
    this.#names = properties.map(([name]) => name);
    for (const [name, stated] of properties) {
      if (only && !only.includes(name)) continue;
      // What has to be asked for has to be said.
      const required = only !== undefined || (schema.required ?? []).includes(name);
      this.#fields.set(name, fieldOf(name, stated, { required, only: only !== undefined, value: values[name] }));
    }
    const fields = [...this.#fields.values()].map(({ element }) => element);
    this.element = h('div', { class: 'fields' }, ...fields);
  }

  get isEmpty(): boolean {
    return [...this.#fields.values()].every((field) => {
      const value = field.read();
      return value === undefined || value === false;
    });
  }

  /** What stands in the fields, right or not, for another form. */
  get entered(): Record<string, unknown> {
    return Object.fromEntries([...this.#fields].map(([name, field]) => [name, field.read()]));
  }

  focus(): void {
    [...this.#fields.values()][0]?.focus();
  }

  /** Marks what is wrong and puts the focus on the first; gives whether anything is. */
  check(): boolean {
    const wrong = [...this.#fields.values()].filter((field) => field.check());
    wrong[0]?.focus();
    return wrong.length > 0;
  }

  /** The arguments, in the order of the schema. */
  read(): Record<string, unknown> {
    const args: Record<string, unknown> = {};
    for (const name of this.#names) {
      const field = this.#fields.get(name);
      const value = field ? field.read() : this.#values[name];
      if (value !== undefined) args[name] = value;
    }
    return args;
  }
}

function fieldOf(name: string, stated: unknown, options: FieldOptions): Field {
  const schema = readSchema(stated);
  return typeOf(schema) === 'object' && schema.properties && !schema.enum
    ? nested(labelOf(name), schema, options)
    : schemaField(name, stated, options);
}

/** An object among the arguments: fields inside of a field. */
function nested(label: string, schema: FieldSchema, { required, value }: FieldOptions): Field {
  const form = new SchemaForm(schema, isRecord(value) ? value : {});
  const isLeftOut = () => !required && form.isEmpty;
  return {
    element: h('fieldset', { class: 'argument-field' }, h('legend', {}, label, required && needed()), form.element),
    focus: () => form.focus(),
    check: () => !isLeftOut() && form.check(),
    read: () => (isLeftOut() ? undefined : form.read()),
  };
}
