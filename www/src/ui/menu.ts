import { AutodidactError, type Tool } from 'autodidact';
import { isLocal } from '../tools';
import { h, need } from './dom';
import { counted, sentence } from './format';

type Parse = (json: string) => Promise<Tool[]>;

/** The tool menu: JSON that can be edited, checked by the agent, and a list that can be read. */
export class Menu {
  readonly #json = need<HTMLTextAreaElement>('menu');
  readonly #message = need('menu-message');
  readonly #list = need('tools');
  readonly #parse: Parse;
  #timer = 0;
  #edition = 0;

  constructor(parse: Parse) {
    this.#parse = parse;
    this.#json.addEventListener('input', () => {
      clearTimeout(this.#timer);
      this.#timer = window.setTimeout(() => void this.read().catch(() => {}), 250);
    });
  }

  /** Shows a menu that is known to be right. */
  set(tools: Tool[]): void {
    this.#edition++;
    this.#json.value = JSON.stringify(tools, null, 2);
    this.#show(tools);
  }

  /** The tools as they stand in the editor. Rejects, and says why beside the editor, when they are not valid. */
  async read(): Promise<Tool[]> {
    clearTimeout(this.#timer);
    const edition = ++this.#edition;
    try {
      const tools = await this.#parse(this.#json.value);
      if (edition === this.#edition) this.#show(tools);
      return tools;
    } catch (reason) {
      const error = AutodidactError.from(reason);
      if (edition === this.#edition && error.code === 'InvalidInput') this.#refuse(sentence(error.message));
      throw error;
    }
  }

  /** Opens the editor and puts the cursor in it. */
  open(): void {
    need<HTMLDetailsElement>('menu-details').open = true;
    this.#json.focus();
  }

  #show(tools: Tool[]): void {
    this.#json.removeAttribute('aria-invalid');
    this.#message.classList.remove('bad');
    this.#message.textContent = `${counted(tools.length, 'tool')}, all valid.`;
    this.#list.replaceChildren(...tools.map(toolView));
  }

  #refuse(message: string): void {
    this.#json.setAttribute('aria-invalid', 'true');
    this.#message.classList.add('bad');
    this.#message.textContent = message;
  }
}

function toolView(tool: Tool): HTMLElement {
  const required = tool.parameters.required ?? [];
  const names = Object.keys(tool.parameters.properties ?? {});
  const parameters = names.map((name) => (required.includes(name) ? name : `${name}?`)).join(', ');
  const where = isLocal(tool.name) ? h('span', { class: 'runs', title: 'This page executes its calls' }, 'runs here') : '';
  return h('li', {}, h('code', {}, h('b', {}, tool.name), `(${parameters})`), where, h('span', { class: 'does' }, tool.description));
}
