import type { Tool } from 'autodidact';
import { fail } from './fail';

/** Reads a menu as the agent does, with the same errors for what the tests get wrong. */
export function parseTools(json: string): Tool[] {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw fail('InvalidInput', `tools: not JSON: ${(error as Error).message}`);
  }
  if (!Array.isArray(value)) throw fail('InvalidInput', 'tools: expected a JSON array of tools');
  return value.map((entry: unknown, i) => {
    const tool = (entry as { function?: Tool } | null)?.function ?? (entry as Tool | null);
    if (typeof tool?.name !== 'string') throw fail('InvalidInput', `tools[${i}]: \`name\` is absent or no text`);
    const at = `tools[${i}] \`${tool.name}\``;
    if (tool.name === '') throw fail('InvalidInput', `${at}: a name has 1 to 128 characters`);
    if (value.findIndex((other: Tool) => other.name === tool.name) < i) throw fail('InvalidInput', `${at}: an earlier tool has the same name`);
    if (Array.isArray(tool.parameters)) throw fail('InvalidInput', `${at}: \`parameters\` is no JSON Schema object`);
    return { name: tool.name, description: tool.description ?? '', parameters: tool.parameters ?? { type: 'object', properties: {} } };
  });
}
