import type { Query, Tool } from 'autodidact';
import { localMenu } from '../tools';

type Param = string | { type: 'string' | 'integer' | 'number'; enum?: string[] };

/** A tool; a bare string is a type. */
function tool(name: string, description: string, parameters: Record<string, Param>, optional: readonly string[] = []): Tool {
  const properties = Object.fromEntries(Object.entries(parameters).map(([key, value]) => [key, typeof value === 'string' ? { type: value } : value]));
  return { name, description, parameters: { type: 'object', properties, required: Object.keys(properties).filter((key) => !optional.includes(key)) } };
}

const findHotel = tool('find_hotel', 'Find a hotel', {
  city: 'string',
  nights: 'integer',
  class: { type: 'string', enum: ['economy', 'standard', 'luxury'] },
});
const bookTable = tool('book_table', 'Book a table in a restaurant', { restaurant: 'string', people: 'integer', time: 'string' });
const weather = tool('weather', 'Tell the weather', { city: 'string', day: 'string' });
const forecast = tool('get_weather', 'Weather forecast of a place', { place: 'string', day: 'string' }, ['day']);
const bookFlight = tool('book_flight', 'Book a flight', { origin: 'string', destination: 'string', date: 'string' });
const sendMessage = tool('send_message', 'Send a text to a person', { recipient: 'string', text: 'string' });
const callPerson = tool('call_person', 'Call a person by phone', { recipient: 'string' });

const WEEK_MS = 7 * 24 * 3600 * 1000;
const nextWeek = new Date(Date.now() + WEEK_MS).toISOString().slice(0, 10);

/** The example tasks, by the `data-example` of their button. */
export const examples: Record<string, Query> = {
  timer: { query: '9 minutes for the pasta', tools: localMenu },
  note: { query: 'Add a note saying buy milk', tools: localMenu },
  todo: { query: 'I have to water the plants', tools: localMenu },
  calculator: { query: 'How much is 12 * 7 + 5?', tools: localMenu },
  units: { query: 'What is 42 miles in km?', tools: localMenu },
  event: { query: `Dinner with Nora on ${nextWeek} at 19:30`, tools: localMenu },
  theme: { query: 'Make it dark', tools: localMenu },
  // Tools that the page does not have: what the agent would call is shown.
  hotel: { query: 'Find a hotel, city: Lisbon, nights: 3, class: luxury', tools: [findHotel, weather, bookTable] },
  message: { query: 'Please send a message to recipient Nora, text: the train is late', tools: [sendMessage, callPerson, weather] },
  table: { query: 'Reserve a table for 4 people at Osteria Luna at 19:30', tools: [bookTable, findHotel, sendMessage, weather] },
  // No word of the right tool stands in it: the model alone finds none, and learns better.
  athens: { query: 'How warm is it in Athens?', tools: [findHotel, bookFlight, forecast] },
  none: { query: 'Thank you, that was all for today', tools: localMenu },
};
