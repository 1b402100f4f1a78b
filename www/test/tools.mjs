/** The tools of the page, without a page: what they read and what they compute. `npm run test:tools`. */
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { modules, pageMenu } from '../../crates/autodidact-lab/generators/page-requests/modules.mjs';
import { GAPS, TEMPLATES } from '../../crates/autodidact-lab/generators/page-requests/wordings.mjs';

let tools;

before(async () => {
  tools = Object.assign({}, ...(await modules(...['calculator', 'units', 'dates', 'calendar', 'local'].map((name) => `/src/tools/${name}.ts`))));
});

describe('the calculator', () => {
  const right = [
    ['12 * 7 + 5', 89], ['12 * (7 + 5)', 144], ['2 + 3 * 4 - 6 / 2', 11], ['-3 + 5', 2], ['2 - -3', 5], ['2 ^ 3 ^ 2', 512], ['-2 ^ 2', -4],
    ['2 ^ -1', 0.5], ['15% of 80', 12], ['100 × 2 ÷ 4', 50], ['.5 + 1,5', 2], ['7 x 6 =', 42], ['10 - 4 - 3', 3], ['8 / 4 / 2', 1],
    ['3 plus 4 times 2', 11], ['84 divided by 12 minus 1', 6], ['15 percent of 80', 12], ['19 * 24?', 456],
  ];
  it('calculates', () => {
    for (const [expression, value] of right) assert.equal(tools.evaluate(expression), value, expression);
    assert.equal(tools.calculate.run({ expression: '0.1 + 0.2' }), '0.1 + 0.2 = 0.3');
    assert.equal(tools.calculate.run({ expression: '1000 * 1000' }), '1000 * 1000 = 1,000,000');
  });
  it('refuses what is no expression of numbers, and executes nothing', () => {
    for (const expression of ['', '1 +', '(1', '1)', '* 2', '1 2', '1 / 0', '9 ^ 9 ^ 9', 'alert(1)', 'constructor', '1; 2', '1 + pi', '2 of', '1.2.3']) {
      assert.throws(() => tools.evaluate(expression), Error, expression);
    }
    assert.throws(() => tools.calculate.run({}), /missing/);
  });
});

describe('the conversion of units', () => {
  it('converts within a kind', () => {
    const right = [
      [42, 'miles', 'km', '42 mi = 67.5924 km'], [100, 'celsius', 'fahrenheit', '100 °C = 212 °F'], [-40, 'F', 'C', '-40 °F = -40 °C'],
      [0, 'kelvin', 'degrees Celsius', '0 K = -273.15 °C'], [1, 'pound', 'grams', '1 lb = 453.592 g'], [2, 'hours', 'minutes', '2 h = 120 min'],
      [90, 'km/h', 'm/s', '90 km/h = 25 m/s'], [6, 'feet', 'inches', '6 ft = 72 in'], [1, 'GB', 'MB', '1 GB = 1,000 MB'],
    ];
    for (const [value, from, to, expected] of right) assert.equal(tools.convert(value, from, to), expected);
  });
  it('refuses what it does not know, and what does not fit', () => {
    assert.throws(() => tools.convert(1, 'parsecs', 'km'), /“parsecs” is not known/);
    assert.throws(() => tools.convert(1, 'kg', 'km'), /mass.*length/);
    assert.throws(() => tools.convertUnits.run({ value: 'many', from: 'm', to: 'km' }), /“value” is not a number/);
  });
});

describe('days and times', () => {
  const now = new Date(2026, 10, 23, 15, 0); // A Monday.
  const day = (text) => tools.readDay(text, now).toLocaleDateString('sv');
  it('reads what names a day', () => {
    const right = {
      '2026-12-24': '2026-12-24', '24.12.2026': '2026-12-24', '24 December': '2026-12-24', 'December 24': '2026-12-24', 'Dec 24th, 2027': '2027-12-24',
      'the 3rd of May': '2027-05-03', 'today': '2026-11-23', 'Tomorrow': '2026-11-24', 'Friday': '2026-11-27', 'monday': '2026-11-30',
      'next wed': '2026-11-25', '23 november': '2026-11-23', '22 november': '2027-11-22', '2028-02-29': '2028-02-29',
    };
    for (const [text, expected] of Object.entries(right)) assert.equal(day(text), expected, text);
  });
  it('refuses what it would have to guess, and days that do not exist', () => {
    for (const text of ['', 'soon', '12/11/2026', '31 April', '2027-02-29', '2026-13-01', 'the day after tomorrow', '24', 'May', 'm 3']) {
      assert.throws(() => day(text), Error, text);
    }
  });
  it('reads times', () => {
    const right = { '19:30': [19, 30], '7': [7, 0], '7 pm': [19, 0], '12 am': [0, 0], '12:15pm': [12, 15], '0:05': [0, 5], '9.45': [9, 45] };
    for (const [text, expected] of Object.entries(right)) assert.deepEqual(tools.readTime(text), expected, text);
    for (const text of ['', '24:00', '7:60', '13 pm', '0 am', 'noon', '19:3']) assert.throws(() => tools.readTime(text), Error, text);
  });
});

describe('the calendar file', () => {
  const stamp = new Date(Date.UTC(2026, 10, 23, 8, 5, 9, 123));
  const file = (title, start = new Date(2026, 11, 24, 19, 30), minutes = 60) => tools.calendarFile({ title, start, minutes }, 'id-1', stamp);
  it('has one event, in lines of RFC 5545', () => {
    assert.deepEqual(file('dinner').split('\r\n'), [
      'BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//autodidact//page//EN', 'BEGIN:VEVENT', 'UID:id-1', 'DTSTAMP:20261123T080509Z',
      'DTSTART:20261224T193000', 'DTEND:20261224T203000', 'SUMMARY:dinner', 'END:VEVENT', 'END:VCALENDAR', '',
    ]);
    assert.match(file('late', new Date(2026, 11, 31, 23, 30), 45), /DTEND:20270101T001500\r\n/);
  });
  it('escapes and folds what people write', () => {
    assert.match(file('a, b; c\\d\ne'), /SUMMARY:a\\, b\\; c\\\\d\\ne\r\n/);
    const title = 'Käse und Brötchen für dreißig Gäste 🧀 '.repeat(6).trim();
    const text = file(title);
    assert.ok(text.split('\r\n').every((line) => Buffer.byteLength(line) <= 75), text);
    assert.ok(text.replaceAll('\r\n ', '').includes(`SUMMARY:${title}\r\n`));
  });
});

describe('finding what a person means', () => {
  const find = (wanted) => tools.find(['water the plants', 'water', 'buy milk'], (text) => text, wanted, 'to-do');
  it('takes the exact one, else the only one', () => {
    assert.equal(find('Water'), 'water');
    assert.equal(find('the plants'), 'water the plants');
    assert.throws(() => find('wat'), /more than one/);
    assert.throws(() => find('bread'), /there is no to-do “bread”/);
  });
});

describe('the requests that the adapter of the page is trained on', () => {
  it('are for the tools of the page, with arguments that they have', async () => {
    const menu = await pageMenu();
    assert.deepEqual(Object.keys(TEMPLATES).sort(), [...menu.map(({ name }) => name), 'none'].sort());
    for (const { name, parameters } of menu) {
      for (const template of TEMPLATES[name]) {
        const gaps = [...template.matchAll(/\{(\w+)(?:=(\w+)|:(\w+)(?::\d)?)?\}/g)];
        const given = gaps.map(([, argument]) => argument);
        assert.ok(given.every((argument) => argument in parameters.properties), template);
        assert.ok((parameters.required ?? []).every((argument) => given.includes(argument)), template);
        for (const [, argument, constant, gap = argument] of gaps) {
          if (constant === undefined) assert.ok(gap in GAPS, template);
          else assert.ok(parameters.properties[argument].enum.includes(constant), template);
        }
      }
      assert.equal(new Set(TEMPLATES[name]).size, TEMPLATES[name].length, `a template of ${name} stands twice`);
    }
  });
});
