import { localTool, shown, textOf } from './local';

const TOKEN = /\s*(?:(\d+(?:[.,]\d+)?|\.\d+)|([-+*/^()%×÷−·])|(x|of|plus|minus|times|percent|divided by)\b)/iy;

const SAME: Record<string, string> = { '×': '*', '·': '*', 'x': '*', 'of': '*', 'times': '*', '÷': '/', '−': '-', 'minus': '-', 'plus': '+', 'percent': '%', 'divided by': '/' };

/** The value of an expression of numbers, + − × ÷ ^ % and brackets. It is read, never executed. */
export function evaluate(expression: string): number {
  const tokens = split(expression);
  let at = 0;
  const take = (...wanted: string[]): string | undefined => {
    const token = tokens[at];
    return typeof token === 'string' && wanted.includes(token) ? (at++, token) : undefined;
  };

  const sum = (): number => {
    let value = product();
    for (let sign; (sign = take('+', '-')); ) value = sign === '+' ? value + product() : value - product();
    return value;
  };
  const product = (): number => {
    let value = signed();
    for (let sign; (sign = take('*', '/')); ) {
      const next = signed();
      if (sign === '/' && next === 0) throw new Error('nothing can be divided by 0');
      value = sign === '*' ? value * next : value / next;
    }
    return value;
  };
  const signed = (): number => (take('-') ? -signed() : take('+') ? signed() : power());
  const power = (): number => {
    const base = share();
    // 2^3^2 is 2^9, and 2^-1 a half.
    return take('^') ? base ** signed() : base;
  };
  const share = (): number => {
    let value = atom();
    while (take('%')) value /= 100;
    return value;
  };
  const atom = (): number => {
    if (take('(')) {
      const value = sum();
      if (!take(')')) throw new Error('a bracket is not closed');
      return value;
    }
    const token = tokens[at++];
    if (typeof token === 'number') return token;
    throw new Error(token === undefined ? 'the expression ends too early' : `“${token}” stands where a number should`);
  };

  const value = sum();
  if (at < tokens.length) throw new Error(`“${tokens[at]}” does not fit there`);
  if (!Number.isFinite(value)) throw new Error('the result is no number');
  return value;
}

function split(expression: string): (number | string)[] {
  const text = expression.replace(/[=?\s]+$/, '');
  const tokens: (number | string)[] = [];
  TOKEN.lastIndex = 0;
  for (let from = 0; from < text.length; from = TOKEN.lastIndex) {
    const [, number, sign, word] = TOKEN.exec(text) ?? [];
    if (number !== undefined) tokens.push(Number(number.replace(',', '.')));
    else if (sign !== undefined || word !== undefined) tokens.push(SAME[(sign ?? word)!.toLowerCase()] ?? sign!);
    else throw new Error(`“${text.slice(from).trim()}” cannot be calculated`);
  }
  return tokens;
}

/** A number for people: twelve digits hide what binary fractions add. */
export const readable = (value: number): string => Number(value.toPrecision(12)).toLocaleString('en', { maximumSignificantDigits: 12 });

export const calculate = localTool<string>({
  name: 'calculate',
  description: 'Calculate an expression',
  parameters: { expression: 'string' },
  run: (args) => {
    const expression = textOf(args, 'expression');
    return `${expression} = ${readable(evaluate(expression))}`;
  },
  says: (result) => result,
  means: (args) => `a calculation: ${shown(args, 'expression')}`,
});
