import type { Query, Tool } from '../../package/src/protocol';
import { described } from '../../package/src/tools';
import { localTools } from '../tools';

type Param = string | { type: 'string' | 'integer' | 'number'; enum?: string[] };

/** A tool whose parameters are all required; a bare string is a type. */
function tool(name: string, description: string, parameters: Record<string, Param>): Tool {
  const properties = Object.fromEntries(Object.entries(parameters).map(([key, value]) => [key, typeof value === 'string' ? { type: value } : value]));
  return { name, description, parameters: { type: 'object', properties, required: Object.keys(properties) } };
}

const findHotel = tool('find_hotel', 'Find a hotel', {
  city: 'string',
  nights: 'integer',
  class: { type: 'string', enum: ['economy', 'standard', 'luxury'] },
});
const bookTable = tool('book_table', 'Book a table in a restaurant', { restaurant: 'string', people: 'integer', time: 'string' });
const weather = tool('weather', 'Tell the weather', { city: 'string', day: 'string' });
const sendMessage = tool('send_message', 'Send a text to a person', { recipient: 'string', text: 'string' });
const callPerson = tool('call_person', 'Call a person by phone', { recipient: 'string' });

/** The menu of the page: what it can do itself. */
const own: Tool[] = localTools.map(described);

const WEEK_MS = 7 * 24 * 3600 * 1000;
const nextWeek = new Date(Date.now() + WEEK_MS).toISOString().slice(0, 10);

/** The example tasks, by the `data-example` of their button. */
export const examples: Record<string, Query> = {
  timer: { query: 'Set the timer, minutes: 9, label: pasta', tools: own },
  note: { query: 'Add a note saying buy milk', tools: own },
  todo: { query: 'Add a to-do: water the plants', tools: own },
  calculator: { query: 'Calculate the expression: 12 * 7 + 5', tools: own },
  units: { query: 'Convert 42 from miles to km', tools: own },
  event: { query: `Add the event dinner on ${nextWeek} at 19:30`, tools: own },
  theme: { query: 'Set the theme, theme: dark', tools: own },
  // Tools that the page does not have: what the agent would call is shown.
  hotel: { query: 'Find a hotel, city: Lisbon, nights: 3, class: luxury', tools: [findHotel, weather, bookTable] },
  message: { query: 'Please send a message to recipient Nora, text: the train is late', tools: [sendMessage, callPerson, weather] },
  table: { query: 'Reserve a table for 4 people at Osteria Luna at 19:30', tools: [bookTable, findHotel, sendMessage, weather] },
  none: { query: 'Thank you, that was all for today', tools: own },
};
