/** Pieces of text that more than one generator writes. */

export const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

/** `text` with a capital at its start. */
export const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

/** `number` with a leading zero where it has one digit, as dates and times are written. */
export const twoDigits = (number) => String(number).padStart(2, '0');
