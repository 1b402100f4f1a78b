import type { Tool, ToolCall } from 'autodidact';
import { plainName } from '../words';
import { h } from './dom';
import { SchemaForm } from './schema-form';

let made = 0;

/** A call as fields: which tool, and its arguments. */
export class CallFields {
  readonly element: HTMLElement;
  readonly #tools: readonly Tool[];
  readonly #tool: HTMLSelectElement;
  readonly #place = h('div');
  #form: SchemaForm | null = null;

  /** `none` says that it is no call at all. */
  constructor(tools: readonly Tool[], call: ToolCall | null, none: string) {
    this.#tools = tools;
    const id = `tool-${++made}`;
    const at = tools.findIndex(({ name }) => name === call?.name);
    const options = tools.map((tool, n) => h('option', { value: n, selected: n === at }, title(tool, tools)));
    this.#tool = h('select', { id }, ...options, h('option', { value: '', selected: at < 0 }, none));
    this.#tool.addEventListener('change', () => this.#show(this.#form?.entered ?? {}));
    this.element = h('div', { class: 'call-fields' }, h('label', { for: id }, 'What you wanted'), this.#tool, this.#place);
    this.#show(call?.arguments ?? {});
  }

  focus(): void {
    this.#tool.focus();
  }

  /** Marks what is wrong and puts the focus on it; gives whether anything is. */
  check(): boolean {
    return this.#form?.check() ?? false;
  }

  /** The call; null where it is none. */
  read(): ToolCall | null {
    const tool = this.#chosen;
    return tool && this.#form ? { name: tool.name, arguments: this.#form.read() } : null;
  }

  get #chosen(): Tool | undefined {
    return this.#tool.value === '' ? undefined : this.#tools[Number(this.#tool.value)];
  }

  #show(values: Record<string, unknown>): void {
    const tool = this.#chosen;
    this.#form = tool ? new SchemaForm(tool.parameters, values) : null;
    this.#place.replaceChildren(...(this.#form ? [this.#form.element] : []));
  }
}

/** What a tool does, in its own words; with its name where others do the same, or it says nothing. */
function title({ name, description }: Tool, tools: readonly Tool[]): string {
  const text = description.split(/\.\s|\n/)[0]?.trim() ?? '';
  if (text === '') return plainName(name);
  return tools.some((other) => other.name !== name && other.description === description) ? `${text} (${name})` : text;
}
