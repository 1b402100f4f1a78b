/** How a request will be asked: with which tools, and with which of the settings. */
import { AutodidactError, type Tool } from 'autodidact';
import type { Engine } from './engine';
import { suits } from './own-adapter';
import type { Adapters } from './ui/adapters';
import { confirmed } from './ui/confirm';
import type { Menu } from './ui/menu';
import type { Choices, Settings } from './ui/settings';
import { say } from './ui/status';

export interface Plan {
  tools: readonly Tool[];
  options: Choices;
  /** The adapter that it begins with, in words. */
  start: string | undefined;
  /** The tools are for this request alone. */
  isOneOff: boolean;
  /** The user wants to see the examples first. */
  reviews: boolean;
}

interface Parts {
  engine: Engine;
  settings: Settings;
  menu: Menu;
  adapters: Adapters;
}

export class Planner {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** The plan, with these tools or those of the settings; null when a setting is not valid, which is then shown. */
  async plan(oneOff?: readonly Tool[]): Promise<Plan | null> {
    const { engine, settings, adapters } = this.#parts;
    const tools = oneOff ?? (await this.#tools());
    if (!tools) return null;
    // Another tab may have stored something.
    if (settings.keeps) await adapters.refresh().catch((reason) => engine.report(reason));
    const options = settings.options();
    if (!options) return say('Correct the marked setting first.'), null;
    const own = settings.startsFromOwn && suits(tools) && (await engine.ownAdapter);
    if (own) options.adapter = own;
    if (options.learn !== 'never' && !(await this.mayKeep(options))) return null;
    const start = own ? 'the adapter for the tools of this page' : options.adapter && `“${options.adapter}”`;
    return { tools, options, start, isOneOff: oneOff !== undefined, reviews: settings.reviews };
  }

  /** Whether what is learned may be kept: asks before a stored adapter is replaced. */
  async mayKeep(options: Choices): Promise<boolean> {
    const { settings, adapters } = this.#parts;
    const { keep } = options;
    if (keep === undefined || !adapters.has(keep)) return true;
    if (await confirmed(`Replace the stored adapter “${keep}” by what is learned now? This cannot be undone.`, 'Replace')) {
      options.replace = true;
      return true;
    }
    say('Nothing was asked. Choose another name to keep it under.');
    settings.focusKeepName();
    return false;
  }

  /** The tools of the settings, or null when they are not valid. */
  async #tools(): Promise<readonly Tool[] | null> {
    const { menu } = this.#parts;
    try {
      return await menu.read();
    } catch (reason) {
      if (AutodidactError.from(reason).code !== 'InvalidInput') throw reason;
      menu.open();
      say('Your tools are not valid. Mend what is marked.');
      return null;
    }
  }
}
