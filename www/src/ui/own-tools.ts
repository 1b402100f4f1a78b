import { AutodidactError, type Tool } from 'autodidact';
import { isRecord } from '../tools/kept';

/** One of the user's tools, as it was written: it can be used, or something is wrong with it. */
export interface Entry {
  /** Its name; its place where it has none. */
  name: string;
  tool?: Tool;
  wrong?: string;
}

/**
 * Reads the user's tools, each by itself, so that what is wrong can be said at the tool. `page`: the tools beside them,
 * whose names are taken.
 *
 * Rejects with code `InvalidInput` for what is no list in JSON.
 */
export async function readOwnTools(json: string, page: readonly Tool[], parse: (json: string) => Promise<Tool[]>): Promise<Entry[]> {
  const taken = new Map(page.map(({ name }) => [name, 'this page has a tool of that name; give yours another']));
  const entries: Entry[] = [];
  for (const [at, stated] of listOf(json).entries()) {
    const entry = await readOne(stated, at, parse);
    const wrong = entry.wrong ?? taken.get(entry.name);
    entries.push(wrong === undefined ? entry : { ...entry, wrong });
    taken.set(entry.name, 'an earlier one of your tools has that name; give this one another');
  }
  return entries;
}

function listOf(json: string): unknown[] {
  if (json.trim() === '') return [];
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw invalid(`your tools are not JSON: ${(error as Error).message}`);
  }
  if (!Array.isArray(value)) throw invalid('your tools have to be a list, in square brackets');
  return value;
}

async function readOne(stated: unknown, at: number, parse: (json: string) => Promise<Tool[]>): Promise<Entry> {
  const name = nameOf(stated) ?? `your tool ${at + 1}`;
  try {
    const [tool] = await parse(JSON.stringify([stated]));
    return tool ? { name, tool } : { name, wrong: 'it could not be read' };
  } catch (reason) {
    const { code, message } = AutodidactError.from(reason);
    if (code !== 'InvalidInput') throw reason;
    // The agent names its place in a list of one.
    return { name, wrong: message.replace(/^(?:tools?\[\d+\](?: `[^`]*`)?|tool menu, tool \d+): /, '') };
  }
}

/** OpenAI's form has the tool under `function`. */
function nameOf(stated: unknown): string | undefined {
  const tool = isRecord(stated) && isRecord(stated['function']) ? stated['function'] : stated;
  return isRecord(tool) && typeof tool['name'] === 'string' && tool['name'] !== '' ? tool['name'] : undefined;
}

const invalid = (message: string): AutodidactError => new AutodidactError({ name: 'AutodidactError', code: 'InvalidInput', message });
