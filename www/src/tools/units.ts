import { readable } from './calculator';
import { localTool, numberOf, shown, textOf } from './local';

/** A unit: its kind, how much of the kind's base it is, and where its zero lies. */
interface Unit {
  kind: string;
  name: string;
  factor: number;
  zero: number;
}

/**
 * By kind: the size in the kind's base unit, then all names, the first of which is shown; for temperatures the zero
 * too.
 */
const TABLE: Record<string, readonly (readonly [size: number, names: string, zero?: number])[]> = {
  length: [
    [1, 'm meter metre'], [1000, 'km kilometer kilometre'], [0.01, 'cm centimeter centimetre'], [0.001, 'mm millimeter millimetre'],
    [1609.344, 'mi mile miles'], [0.9144, 'yd yard'], [0.3048, 'ft foot feet'], [0.0254, 'in inch inches'], [1852, 'nmi'],
  ],
  mass: [
    [1, 'kg kilogram kilo'], [0.001, 'g gram'], [1e-6, 'mg milligram'], [1000, 't tonne'], [0.45359237, 'lb pound lbs'],
    [0.028349523125, 'oz ounce'], [6.35029318, 'st stone stones'],
  ],
  volume: [
    [1, 'l liter litre'], [0.001, 'ml milliliter millilitre'], [0.01, 'cl centiliter centilitre'], [3.785411784, 'gal gallon'],
    [0.473176473, 'pt pint'], [0.2365882365, 'cup'], [0.0147867648, 'tbsp tablespoon'], [0.0049289216, 'tsp teaspoon'],
  ],
  time: [[1, 's second sec'], [60, 'min minute'], [3600, 'h hour'], [86400, 'd day'], [604800, 'week']],
  speed: [[1, 'm/s'], [1 / 3.6, 'km/h kph kmh'], [0.44704, 'mph'], [1852 / 3600, 'kn knot']],
  area: [[1, 'm2 m²'], [1e6, 'km2 km²'], [1e4, 'ha hectare'], [4046.8564224, 'acre'], [0.09290304, 'ft2 ft²']],
  data: [[1, 'B byte'], [1e3, 'kB kilobyte'], [1e6, 'MB megabyte'], [1e9, 'GB gigabyte'], [1e12, 'TB terabyte'], [1048576, 'MiB'], [1073741824, 'GiB']],
  temperature: [[1, '°C c celsius', 273.15], [5 / 9, '°F f fahrenheit', 459.67 * (5 / 9)], [1, 'K k kelvin', 0]],
};

const UNITS = new Map<string, Unit>(
  Object.entries(TABLE).flatMap(([kind, rows]) =>
    rows.flatMap(([factor, names, zero = 0]) => {
      const all = names.split(' ');
      return all.map((name): [string, Unit] => [name.toLowerCase(), { kind, name: all[0]!, factor, zero }]);
    })),
);

function unit(text: string): Unit {
  const name = text.toLowerCase().replace(/^degrees? /, '');
  const found = UNITS.get(name) ?? UNITS.get(name.replace(/s$/, ''));
  if (!found) throw new Error(`the unit “${text}” is not known here`);
  return found;
}

export function convert(value: number, from: string, to: string): string {
  const [source, target] = [unit(from), unit(to)];
  if (source.kind !== target.kind) throw new Error(`${source.name} is a ${source.kind}, ${target.name} a ${target.kind}`);
  const result = (value * source.factor + source.zero - target.zero) / target.factor;
  return `${readable(value)} ${source.name} = ${readable(Number(result.toPrecision(6)))} ${target.name}`;
}

export const convertUnits = localTool<string>({
  name: 'convert_units',
  description: 'Convert a value from one unit to another',
  parameters: { value: 'number', from: 'string', to: 'string' },
  run: (args) => convert(numberOf(args, 'value'), textOf(args, 'from'), textOf(args, 'to')),
  says: (result) => result,
  means: (args) => `${shown(args, 'value')} ${shown(args, 'from')} in ${shown(args, 'to')}`,
});
