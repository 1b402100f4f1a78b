/** Checks rows of a task file: calls against schemas, and whether the values stand in the query. */

function fits(value, schema) {
  if (schema.enum && !schema.enum.includes(value)) return false;
  if (schema.type === 'array')
    return Array.isArray(value) && value.length > 0 && value.every((item) => fits(item, schema.items));
  if (schema.type === 'integer') return Number.isInteger(value);
  return typeof value === schema.type;
}

const SMALL = 'zero one two three four five six seven eight nine ten eleven twelve'.split(' ');
const plain = (text) => text.toLowerCase().replace(/[_-]/g, ' ');

/** Whether `value` can be read in the query: `literal`, `near` (another writing), or `no`. */
function found(value, query) {
  const text = String(value);
  if (query.toLowerCase().includes(text.toLowerCase())) return 'literal';
  if (
    typeof value === 'number' &&
    (query.includes(value.toLocaleString('en-US')) || query.toLowerCase().includes(SMALL[value] ?? '\n'))
  )
    return 'near';
  if (plain(query).includes(plain(text))) return 'near';
  const [year, month, day] = text.split('-').map(Number);
  const name = new Date(2000, month - 1, 1).toLocaleString('en-US', { month: 'long' });
  return day && query.includes(String(year)) && query.includes(name) && new RegExp(`\\b${day}`).test(query)
    ? 'near'
    : 'no';
}

/** What is wrong with a row's calls, as texts; counts how its values are found into `counts`. */
export function checkRow(row, counts) {
  const faults = [];
  const names = row.tools.map((tool) => tool.name);
  if (new Set(names).size !== names.length) faults.push('two tools of one name');
  for (const call of row.answer) {
    const tool = row.tools.find((one) => one.name === call.name);
    if (!tool) {
      faults.push(`unlisted tool ${call.name}`);
      continue;
    }
    const { properties, required } = tool.parameters;
    for (const name of required) if (!Object.hasOwn(call.arguments, name)) faults.push(`${call.name} lacks ${name}`);
    for (const [name, value] of Object.entries(call.arguments)) {
      if (!Object.hasOwn(properties, name)) faults.push(`${call.name} has no ${name}`);
      else if (!fits(value, properties[name])) faults.push(`${call.name}.${name} cannot be ${JSON.stringify(value)}`);
      for (const item of [value].flat()) if (typeof item !== 'boolean') counts[found(item, row.query)]++;
    }
  }
  return faults;
}
