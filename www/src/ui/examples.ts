import type { Query, Tool } from '../../package/src/protocol';

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
const setTimer = tool('set_timer', 'Start a timer', { minutes: 'integer', label: 'string' });
const stopTimer = tool('stop_timer', 'Stop a running timer', { label: 'string' });
const convertUnits = tool('convert_units', 'Convert a measure', { value: 'number', from_unit: 'string', to_unit: 'string' });
const convertCurrency = tool('convert_currency', 'Convert money', { amount: 'number', from_currency: 'string', to_currency: 'string' });
const sendMessage = tool('send_message', 'Send a text to a person', { recipient: 'string', text: 'string' });
const callPerson = tool('call_person', 'Call a person by phone', { recipient: 'string' });
const addNote = tool('add_note', 'Write down a note', { text: 'string' });

/** The example tasks, by the `data-example` of their button. */
export const examples: Record<string, Query> = {
  hotel: { query: 'Find a hotel, city: Lisbon, nights: 3, class: luxury', tools: [findHotel, weather, bookTable] },
  timer: { query: 'Set the timer, minutes: 9, label: pasta', tools: [setTimer, stopTimer, addNote] },
  units: { query: 'How much is 42 miles in kilometers?', tools: [convertUnits, convertCurrency] },
  message: { query: 'Please send a message to recipient Nora, text: the train is late', tools: [sendMessage, callPerson, addNote] },
  table: { query: 'Reserve a table for 4 people at Osteria Luna at 19:30', tools: [bookTable, findHotel, sendMessage, setTimer] },
  none: { query: 'Thank you, that was all for today', tools: [weather, setTimer] },
};
