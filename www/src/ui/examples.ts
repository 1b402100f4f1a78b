import type { Tool } from 'autodidact';

/** Something to try: words that are sent one after the other. */
export interface Example {
  words: readonly string[];
  /** Tools of its own, which the page does not have. */
  tools?: readonly Tool[];
}

type Param = string | { type: 'string' | 'integer' | 'number'; enum?: string[] };

/** A tool; a bare string is a type. */
function tool(name: string, description: string, parameters: Record<string, Param>): Tool {
  const properties = Object.fromEntries(Object.entries(parameters).map(([key, value]) => [key, typeof value === 'string' ? { type: value } : value]));
  return { name, description, parameters: { type: 'object', properties, required: Object.keys(properties) } };
}

const findHotel = tool('find_hotel', 'Find a hotel', {
  city: 'string',
  nights: 'integer',
  class: { type: 'string', enum: ['economy', 'standard', 'luxury'] },
});
const weather = tool('weather', 'Tell the weather', { city: 'string', day: 'string' });
const bookTable = tool('book_table', 'Book a table in a restaurant', { restaurant: 'string', people: 'integer', time: 'string' });

/** The examples by the `data-example` of their buttons. */
export const examples: Record<string, Example> = {
  timer: { words: ['9 minutes for the pasta'] },
  note: { words: ['Add a note saying buy milk'] },
  calculation: { words: ['How much is 12 * 7 + 5?'] },
  question: { words: ['set a timer for the bread'] },
  change: { words: ['5 minutes for the tea', 'make that 7 minutes instead'] },
  hotel: { words: ['Find a hotel, city: Lisbon, nights: 3, class: luxury'], tools: [findHotel, weather, bookTable] },
};
