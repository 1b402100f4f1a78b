/**
 * The adapter that comes with the page: it was trained on the ways in which people word tasks for the page's own tools
 * (crates/autodidact-lab/generators/page-requests). It fits the built-in model alone, and lives as long as the agent.
 */
import type { Agent, Tool } from 'autodidact';
import { freeName } from './names';
import { isLocal } from './tools';

const ADDRESS = new URL('page-tools.zip', document.baseURI);

/** Gives it to an agent, and tells its name there: one that the user has not taken. */
export async function bringAdapter({ adapters }: Agent): Promise<string> {
  const response = await fetch(ADDRESS);
  if (!response.ok) throw new Error(`${ADDRESS.pathname} could not be loaded: status ${response.status}`);
  const zip = new Uint8Array(await response.arrayBuffer());
  const name = freeName('page-tools', (await adapters.list()).map((adapter) => adapter.name));
  await adapters.import(name, zip, { session: true });
  return name;
}

/** Whether it was trained for a menu. */
export const suits = (menu: readonly Tool[]): boolean => menu.length > 0 && menu.every(({ name }) => isLocal(name));
