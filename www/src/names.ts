/** Names of adapters, by the rules of the store (`validate_name` in src/storage/record.rs). */

const MAX_CHARS = 80;

/** A name that the store accepts, as near to the text as it can be. */
export function nameFrom(text: string): string {
  const name = text.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[.-]+|-+$/g, '').slice(0, MAX_CHARS);
  return name || 'imported';
}

/** `wanted`, with a number behind it when that name is taken. */
export function freeName(wanted: string, taken: readonly string[]): string {
  let name = wanted;
  for (let n = 2; taken.includes(name); n++) name = wanted.slice(0, MAX_CHARS - `-${n}`.length) + `-${n}`;
  return name;
}
