/**
 * How people may word what the page can do: templates for each of its tools, and the words that fill their gaps. Every fourth
 * template and every fourth word of a list is held back from training.
 */
import { MONTHS, twoDigits } from '../shared/format.mjs';

const CHORES = [
  'buy milk', 'water the plants', 'call the plumber', 'pay the rent', 'feed the cat', 'book the train', 'clean the kitchen', 'send the invoice', 'wash the car', 'renew the passport',
  'post the letter', 'buy stamps', 'fix the bike', 'walk the dog', 'answer Maria', 'order printer ink', 'take out the bins', 'return the books', 'cancel the gym', 'write to the landlord',
  'buy a present for Leo', 'get bread', 'call mum', 'file the taxes', 'update the website', 'charge the camera', 'mow the lawn', 'pick up the parcel', 'prepare the slides', 'back up the laptop',
  'hand in the essay', 'buy new shoes', 'vacuum the stairs', 'print the tickets', 'make a dentist appointment', 'iron the shirts',
];
/** A verb with its past form, which is also its participle. */
const VERBS = [
  ['buy', 'bought'], ['fix', 'fixed'], ['clean', 'cleaned'], ['wash', 'washed'], ['paint', 'painted'], ['order', 'ordered'], ['return', 'returned'], ['sell', 'sold'], ['check', 'checked'], ['move', 'moved'], ['pack', 'packed'],
  ['find', 'found'], ['repair', 'repaired'], ['pay', 'paid'], ['send', 'sent'], ['print', 'printed'], ['collect', 'collected'], ['water', 'watered'], ['sweep', 'swept'], ['bring', 'brought'], ['finish', 'finished'], ['copy', 'copied'],
  ['post', 'posted'], ['cancel', 'cancelled'], ['sort', 'sorted'], ['mend', 'mended'], ['make', 'made'], ['feed', 'fed'],
];
const OBJECTS = [
  'the bike', 'the kitchen', 'the invoice', 'the curtains', 'the books', 'the parcel', 'the garden', 'the form', 'the laptop', 'the shelves', 'the tickets', 'new shoes', 'the report', 'the windows', 'the keys', 'the contract', 'the bill',
  'the plants', 'the photos', 'my suitcase', 'the sofa', 'the fence', 'the shirts', 'a cake', 'the letter', 'the lamp', 'the rent', 'the milk', 'the car', 'my desk', 'the old chairs', 'the cat', 'the birthday cards', 'the slides',
];
const FACTS = [
  'the wifi code is 4471', 'Anna likes lilies', 'the keys are under the mat', 'the meeting moved to room 12', 'Ben owes me 20 euros', 'the spare tyre is flat', 'my locker is number 88', 'Tom is allergic to nuts',
  'the gate code is 2580', 'the parcel is with the neighbour', 'Lena plays the cello', 'the blue paint was too dark', 'the train leaves from platform 9', 'the boiler was checked in May', 'Sara lives in Porto now',
  'the red file is for the bank', 'our seats are 14A and 14B', 'the warranty ends in 2027', 'Mia takes her coffee black', 'the shop closes at six', 'the cat prefers tuna', 'the printer needs cyan', 'Jonas is on holiday',
  'the bakery opens at 7', 'the flight number is LH 1234', 'the car is parked on level 3', 'Oma was born in 1942', 'the password hint is the old street',
];
const SUBJECTS = [
  'Anna', 'the landlord', 'our neighbour', 'the blue key', 'the new printer', 'Paul', 'the garage', 'my passport', 'the museum', 'the second exam', 'the oven', 'Grandma', 'the left door', 'Mr Lund', 'the ferry', 'the backup', 'Zoe', 'the red folder',
  'the pool', 'the rental car', 'Viktor', 'the choir', 'the spare room', 'the deadline',
];
const PREDICATES = [
  'is in the top drawer', 'comes on Thursday', 'has moved to June', 'costs 45 euros', 'needs a new battery', 'likes dark chocolate', 'opens at nine', 'lives on the third floor', 'was here yesterday', 'is not to be trusted', 'has the number 0441', 'leaves from gate 7',
  'wants the money back', 'is free on Sundays', 'belongs to Ines', 'must be signed twice', 'is better without sugar', 'has two siblings', 'is behind the shed', 'starts with chapter five',
];
const EVENTS = [
  'dinner with Nora', 'dentist', 'team meeting', 'birthday party', 'lunch with Ben', 'yoga class', 'parents evening', 'doctor', 'concert', 'haircut', 'job interview', 'flight to Oslo', 'vet', 'rehearsal', 'book club',
  'football match', 'call with Lisa', 'Tom\'s wedding', 'school play', 'piano lesson', 'car inspection', 'coffee with Ada', 'house viewing', 'workshop', 'breakfast with Sam', 'theatre', 'swimming', 'exam', 'movie night', 'driving lesson',
];
const KINDS = ['team', 'family', 'project', 'sales', 'school', 'garden', 'summer', 'product', 'birthday', 'weekly', 'neighbours', 'budget', 'tennis', 'choir', 'farewell', 'reading'];
const MEETINGS = ['meeting', 'dinner', 'party', 'trip', 'call', 'review', 'lunch', 'workshop', 'evening', 'training', 'breakfast', 'walk'];

/**
 * What fills a gap: a list, or a function that draws. It gets a `Random`, and `inPart`, which keeps the entries of a list that may be
 * used. An entry is the words, or the words and the argument that they mean.
 */
export const GAPS = {
  minutes: [2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 15, 18, 20, 22, 25, 30, 35, 40, 45, 50, 55, 60, 75, 90, 1.5, 2.5],
  length: [15, 20, 30, 40, 45, 50, 60, 75, 90, 120, 180],
  spelled: [['two', 2], ['three', 3], ['four', 4], ['five', 5], ['six', 6], ['seven', 7], ['eight', 8], ['ten', 10], ['twelve', 12], ['fifteen', 15], ['twenty', 20], ['thirty', 30], ['forty', 40], ['sixty', 60]],
  hours: [['half an hour', 30], ['an hour', 60], ['one hour', 60], ['two hours', 120], ['2 hours', 120], ['3 hours', 180], ['a quarter of an hour', 15], ['a minute', 1], ['an hour and a half', 90]],
  thing: [
    'tea', 'pasta', 'eggs', 'rice', 'pizza', 'cake', 'bread', 'laundry', 'oven', 'soup', 'nap', 'break', 'meeting', 'workout', 'potatoes', 'coffee', 'cookies', 'stretching',
    'washing machine', 'sauce', 'plank', 'yoga', 'meditation', 'homework', 'reading', 'chicken', 'lasagne', 'dough', 'beans', 'shower', 'dryer', 'lunch', 'porridge', 'stew', 'face mask', 'parking', 'piano practice', 'ice bath', 'roast', 'quiche',
  ],
  chore: ({ random, inPart }) =>
    random.pick([true, false])
      ? random.pick(inPart(CHORES))
      : `${random.pick(inPart(VERBS))[0]} ${random.pick(inPart(OBJECTS))}`,
  goods: [
    'milk', 'stamps', 'eggs and flour', 'birthday cards', 'toothpaste', 'new batteries', 'cat food', 'train tickets', 'bread and butter', 'light bulbs', 'olive oil', 'phone chargers', 'onions', 'paper towels', 'candles',
    'coffee beans', 'bananas', 'washing powder', 'tape', 'rice and lentils', 'shampoo', 'dog biscuits', 'envelopes', 'honey', 'oranges', 'socks', 'green tea', 'screws', 'soap', 'potatoes', 'ink', 'yoghurt',
  ],
  did: ({ random, inPart }) => {
    const [verb, done] = random.pick(inPart(VERBS));
    const object = random.pick(inPart(OBJECTS));
    return [`${done} ${object}`, `${verb} ${object}`];
  },
  fact: ({ random, inPart }) =>
    random.pick([true, false])
      ? random.pick(inPart(FACTS))
      : `${random.pick(inPart(SUBJECTS))} ${random.pick(inPart(PREDICATES))}`,
  matter: [
    'an idea for the talk', 'buy more of the green tea', 'new title: rivers of glass', 'garden plan', 'ask about the deposit', 'call back on Friday', 'chapter three is too long', 'recipe needs more salt', 'look into solar panels', 'song for the party',
    'great quote on page 57', 'try the other route', 'colours for the hall', 'three questions for Lisa', 'a better name for the cat', 'never order the soup again', 'start with the small one', 'window seats are colder', 'learn the second verse', 'maps of the old town',
  ],
  event: ({ random, inPart }) =>
    random.pick([true, false])
      ? random.pick(inPart(EVENTS))
      : `${random.pick(inPart(KINDS))} ${random.pick(inPart(MEETINGS))}`,
  person: ['Nora', 'Ben', 'Maria', 'Tom', 'Lisa', 'Jonas', 'Felix', 'Olga', 'Dr Weber', 'Anna and Luis', 'Priya', 'Grandpa', 'Mr Lund', 'Kim', 'Ines', 'Aunt Rosa', 'Karim', 'Mrs Bell', 'Yuki', 'Paul and Eva'],
  place: ['Rome', 'Paris', 'Lima', 'Berlin', 'Kyoto', 'Oslo', 'Madrid', 'Boston', 'Cairo', 'Lyon', 'Zurich', 'Delhi', 'Perth', 'Dublin', 'Prague', 'Seoul'],
  dish: ['a pizza', 'sushi', 'two burgers', 'pad thai', 'a salad', 'tacos', 'fish and chips', 'curry'],
  device: ['lamp', 'heating', 'television', 'fan', 'radio', 'oven light', 'vacuum cleaner', 'door'],
  date: ({ random }) => random.pick([
    () => `20${random.whole(26, 29)}-${twoDigits(random.whole(1, 12))}-${twoDigits(random.whole(1, 28))}`,
    () => 'tomorrow',
    () => 'today',
    () => random.pick(['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']),
    () => `${random.whole(1, 28)} ${random.pick(MONTHS)}`,
    () => `${random.pick(['January', 'March', 'May', 'June', 'July', 'September', 'October', 'December'])} ${random.whole(1, 28)}`,
  ])(),
  time: ({ random }) => random.pick([
    () => `${twoDigits(random.whole(7, 22))}:${twoDigits(5 * random.whole(0, 11))}`,
    () => `${twoDigits(random.whole(7, 22))}:${random.pick(['00', '15', '30', '45'])}`,
    () => `${random.whole(1, 11)} ${random.pick(['am', 'pm'])}`,
    () => `${random.whole(1, 11)}:${random.pick(['15', '30', '45'])} ${random.pick(['am', 'pm'])}`,
  ])(),
  expression: ({ random }) => random.pick([
    () => `${random.whole(2, 99)} ${random.pick(['*', '+', '-', '/', 'x'])} ${random.whole(2, 99)}`,
    () => `${random.whole(2, 99)}${random.pick(['*', '+', '-', '/'])}${random.whole(2, 99)}`,
    () => `${random.whole(2, 30)} * ${random.whole(2, 30)} + ${random.whole(1, 99)}`,
    () => `(${random.whole(2, 40)} + ${random.whole(2, 40)}) * ${random.whole(2, 12)}`,
    () => `${random.whole(100, 9999)} ${random.pick(['+', '-', '/'])} ${random.whole(10, 999)}`,
    () => `${random.whole(1, 20)}.${random.whole(10, 99)} * ${random.whole(2, 9)}`,
  ])(),
  spoken: ({ random }) => random.pick([
    () => `${random.whole(2, 99)} ${random.pick(['times', 'plus', 'minus', 'divided by'])} ${random.whole(2, 99)}`,
    () => `${random.whole(1, 95)} percent of ${random.whole(10, 900)}`,
    () => `${random.whole(1, 95)}% of ${random.whole(10, 900)}`,
    () => `${random.whole(2, 9)} times ${random.whole(1, 30)}.${random.whole(10, 99)}`,
    () => `${random.whole(10, 500)} plus ${random.whole(10, 500)} minus ${random.whole(1, 99)}`,
    () => `${random.whole(100, 900)} divided by ${random.whole(2, 25)}`,
  ])(),
  value: ({ random }) => random.pick([
    () => random.whole(2, 99),
    () => random.whole(100, 5000),
    () => Number(`${random.whole(1, 60)}.${random.whole(1, 9)}`),
    () => 1,
    () => 100,
  ])(),
  units: [
    ['miles', 'kilometers'], ['kilometers', 'miles'], ['pounds', 'kilograms'], ['kilograms', 'pounds'], ['fahrenheit', 'celsius'], ['celsius', 'fahrenheit'], ['liters', 'cups'], ['litres', 'gallons'], ['gallons', 'liters'],
    ['inches', 'centimeters'], ['cm', 'inches'], ['feet', 'meters'], ['meters', 'feet'], ['ounces', 'grams'], ['grams', 'ounces'], ['km', 'miles'], ['kg', 'pounds'], ['yards', 'meters'], ['acres', 'hectares'], ['mph', 'kph'],
    ['stones', 'kg'], ['hours', 'minutes'], ['days', 'hours'], ['tablespoons', 'teaspoons'], ['megabytes', 'gigabytes'], ['knots', 'mph'], ['ml', 'cups'], ['weeks', 'days'],
  ],
};

/**
 * Templates by tool; those of `none` are for tasks that no tool does. A gap is `{argument}` or `{argument:gap}`. `{argument=value}`
 * is not printed: the rest of the words say it.
 */
export const TEMPLATES = {
  set_timer: [
    'Set a timer for {minutes} minutes', 'Set a {minutes} minute timer', 'Wake me up in {minutes} minutes', 'Timer {minutes} minutes',
    'Start a timer of {minutes} minutes', '{minutes} minutes please', 'Ring in {minutes} minutes', 'Let me know when {minutes} minutes are up',
    'Beep after {minutes} minutes', 'I need {minutes} minutes for the {label:thing}', 'Count down {minutes} minutes',
    'Set a timer for {minutes} minutes called {label:thing}', 'Remind me of the {label:thing} in {minutes} minutes',
    'The {label:thing} needs {minutes} minutes', '{minutes} minutes for {label:thing}', 'Start a {label:thing} timer for {minutes} minutes',
    'Alarm in {minutes} minutes', 'Call me in {minutes} minutes', 'Time {minutes} minutes of {label:thing}', 'Wake me in {minutes:spelled} minutes',
    'Set the timer to {minutes:spelled} minutes', 'Set a timer for {minutes:hours}', 'Wake me in {minutes:hours}',
    'I want to be woken in {minutes} minutes', 'Remind me in {minutes:hours} to check the {label:thing}', 'Ping me in {minutes} min',
    'Boil the {label:thing} for {minutes} minutes', '{label:thing} timer, {minutes} min',
    'Remind me about {label:thing} in {minutes:spelled} minutes', 'Tell me when {minutes:hours} is over', 'Give me a signal in {minutes} minutes',
    'I\'ve got {minutes} minutes for {label:thing}', 'Stop me after {minutes} minutes of {label:thing}', 'Start a countdown from {minutes} minutes',
    'Set an alarm {minutes} minutes from now', 'Get me up in {minutes} minutes', 'How about a timer, {minutes} minutes, for {label:thing}',
    'In {minutes} minutes the {label:thing} is ready, tell me then', 'Nudge me in {minutes} minutes',
    'Run a timer for {minutes:hours}, {label:thing}', '{label:thing} for {minutes} minutes', 'Put on a timer for {minutes} minutes',
    'A {label:thing} timer of {minutes} minutes', 'Timer for {label:thing}: {minutes:spelled} minutes', 'Set {minutes} minutes for the {label:thing}',
    'Can you time {minutes} minutes?', 'Set a {label:thing} timer, {minutes:hours}', 'I\'d like a timer for {label:thing}, {minutes} minutes',
    'Let the {label:thing} cook for {minutes} minutes', 'Warn me in {minutes} minutes', 'The {label:thing} takes {minutes} minutes',
    'Countdown, {minutes:spelled} minutes',
  ],
  cancel_timer: [
    'Cancel the {label:thing} timer', 'Stop the {label:thing} timer', 'Turn off the {label:thing} timer', 'Delete the timer {label:thing}',
    'I don\'t need the {label:thing} timer any more', 'Forget the {label:thing} timer', 'Remove the timer for {label:thing}',
    'Kill the {label:thing} timer', 'End the timer called {label:thing}', 'The {label:thing} timer can go', 'No more {label:thing} timer',
    'Switch the {label:thing} timer off', 'Clear the {label:thing} timer', 'Abort the timer for the {label:thing}',
    'Call off the {label:thing} timer', 'Silence the {label:thing} timer', 'Cancel my timer for the {label:thing}',
    'Stop the timer of the {label:thing}', 'Don\'t time the {label:thing} any longer', 'Drop the {label:thing} timer',
    'Stop counting down for the {label:thing}', 'Delete the {label:thing} timer', 'Cancel timer {label:thing}',
    'Turn the timer for {label:thing} off',
  ],
  add_note: [
    'Add a note: {text:fact}', 'Note that {text:fact}', 'Write down that {text:fact}', 'Make a note that {text:fact}', 'Remember that {text:fact}',
    'Take a note: {text:matter}', 'Note: {text:matter}', 'Jot this down: {text:fact}', 'Keep in mind that {text:fact}', 'Save this: {text:matter}',
    'Remember {text:fact}', 'New note: {text:matter}', 'For the record, {text:fact}', 'Write this down: {text:matter}',
    'Put it in my notes that {text:fact}', 'Do not forget that {text:fact}', 'Note to self: {text:matter}', 'Jot down {text:matter}',
    'Let me write down {text:matter}', 'Store the note {text:matter}', 'I want to remember that {text:fact}', 'Memo: {text:fact}',
    'Add to my notes: {text:matter}', 'Could you note that {text:fact}', 'Keep a note saying {text:matter}', 'Record that {text:fact}',
    'Write a note saying {text:matter}', 'Just so I don\'t forget, {text:fact}', 'Make a note: {text:matter}', 'Write {text:matter} down',
    'Don\'t let me forget that {text:fact}', 'Take this down: {text:fact}', 'A note: {text:fact}', 'Put down that {text:fact}',
    'Remind me later that {text:fact}', 'Add the note {text:matter}',
  ],
  list_notes: [
    'Show my notes', 'What are my notes?', 'List all notes', 'Read me my notes', 'What did I note?', 'Which notes do I have?', 'Let me see my notes',
    'Open my notes', 'What have I written down?', 'Give me all the notes', 'Are there any notes?', 'What was it that I wanted to remember?',
    'Display the notes', 'What\'s in my notes?', 'Can I see what I noted?', 'Notes, please', 'Read my notes out', 'Show me what I wrote down',
    'I want to see my notes', 'What did I ask you to remember?', 'Show all notes', 'My notes', 'Tell me what I noted', 'Go through my notes',
    'Do I have notes?', 'Where are my notes?', 'List what I wrote down', 'Show notes',
  ],
  add_todo: [
    'Add a to-do: {text:chore}', 'I have to {text:chore}', 'I need to {text:chore}', 'Put {text:chore} on my list', 'Remind me to {text:chore}',
    'Don\'t let me forget to {text:chore}', 'I must {text:chore}', 'Add {text:chore} to my to-do list', 'To do: {text:chore}',
    'New task: {text:chore}', 'I should {text:chore}', 'Add {text:goods} to the list', 'Put {text:goods} on the shopping list',
    'Remember to {text:chore}', 'Task: {text:chore}', 'I still have to {text:chore}', 'We need {text:goods}', 'Make a to-do to {text:chore}',
    'Someone has to {text:chore}', 'I\'ve got to {text:chore}', 'On my list: {text:chore}', 'I promised to {text:chore}',
    'Note as a task: {text:chore}', 'The next thing is to {text:chore}', 'Write {text:goods} on my list', 'I have got to {text:chore} soon',
    'Let me not forget to {text:chore}', 'We are out of {text:goods}', 'Create a task to {text:chore}', 'Add this to my tasks: {text:chore}',
    'We have to {text:chore}', 'I mustn\'t forget to {text:chore}', 'There is no more {text:goods}', 'I ought to {text:chore}', 'Get {text:goods}',
    'Buy {text:goods}', 'To-do: {text:chore}', 'Put it on my list to {text:chore}', 'I am running low on {text:goods}', 'It is time to {text:chore}',
    'Tell me to {text:chore}', 'I want to {text:chore}', 'Shopping list: {text:goods}', 'I had better {text:chore}',
  ],
  list_todos: [
    'What do I have to do?', 'Show my to-dos', 'List my tasks', 'What is on my to-do list?', 'What is left to do?', 'Which tasks are open?',
    'What else do I need to do?', 'Show me the list', 'What should I do next?', 'Do I have anything to do?', 'Read my to-do list',
    'What are my tasks for now?', 'Is there anything left on the list?', 'My to-dos, please', 'What is still open?', 'What have I got to do?',
    'Open my to-do list', 'Give me my tasks', 'What did I plan to do?', 'Let me see what I have to do', 'What\'s on my list?', 'Show tasks',
    'What do I need to buy?', 'Which chores are left?', 'What\'s next?', 'List the to-dos', 'Am I done with everything?', 'Any tasks left?',
  ],
  close_todo: [
    'I {text:did}', 'I have {text:did}', 'Done: {text:chore}', 'Tick off {text:chore}', 'Mark {text:chore} as done', 'Finished: {text:chore}',
    'Close the to-do {text:chore}', 'Check off {text:chore}', 'I just {text:did}', '{text:chore} is done', 'Cross {text:chore} off my list',
    'I already {text:did}', 'Complete the task {text:chore}', 'Strike {text:chore} from the list', 'I finally {text:did}', 'Task done: {text:chore}',
    'I am done with {text:chore}', 'Take {text:chore} off the list', 'Set {text:chore} to done', 'That\'s it, I {text:did}', 'I\'ve {text:did}',
    '{text:chore}: done', 'Tick {text:chore} off', 'We {text:did}', 'Mark as done: {text:chore}', 'You can close {text:chore}',
    'I have finally {text:did}', '{text:chore} is finished', 'Check {text:chore}, it\'s done', 'I\'ve just {text:did}',
    'Remove {text:chore} from my list', 'Today I {text:did}',
  ],
  calculate: [
    'What is {expression:spoken}?', 'How much is {expression:spoken}?', 'Calculate {expression}', '{expression}', 'What is {expression}?',
    'Compute {expression}', 'Work out {expression}', 'How much is {expression}?', '{expression:spoken}', '{expression} = ?',
    'Can you tell me {expression:spoken}?', 'What does {expression} make?', 'Solve {expression}', 'Do the math: {expression}',
    'Figure out {expression:spoken}', 'What do I get for {expression}?', 'I need the result of {expression}', 'Add it up: {expression}',
    'Quick, {expression:spoken}?', 'Tell me what {expression:spoken} is', 'Give me {expression:spoken}', 'Evaluate {expression}',
    'Calculate {expression:spoken}', 'And {expression}?', 'What\'s {expression:spoken}?', 'What\'s {expression}?',
    'How much would {expression:spoken} be?', '{expression:spoken} is what?', 'The result of {expression}, please', 'Math: {expression:spoken}',
    'What comes out of {expression}?', '{expression} please',
  ],
  convert_units: [
    'Convert {value} {from:units:0} to {to:units:1}', 'How many {to:units:1} are {value} {from:units:0}?',
    'How much is {value} {from:units:0} in {to:units:1}?', 'What is {value} {from:units:0} in {to:units:1}?',
    '{value} {from:units:0} in {to:units:1}', '{value} {from:units:0} to {to:units:1}', 'Turn {value} {from:units:0} into {to:units:1}',
    'How many {to:units:1} is {value} {from:units:0}?', 'Change {value} {from:units:0} to {to:units:1}',
    'What are {value} {from:units:0} in {to:units:1}?', 'I need {value} {from:units:0} in {to:units:1}',
    'Express {value} {from:units:0} in {to:units:1}', 'Give me {value} {from:units:0} as {to:units:1}',
    'In {to:units:1}, how much are {value} {from:units:0}?', 'How many {to:units:1} do {value} {from:units:0} make?',
    'Tell me {value} {from:units:0} in {to:units:1}', '{value} {from:units:0} are how many {to:units:1}?',
    'Translate {value} {from:units:0} into {to:units:1}', 'How many {to:units:1} in {value} {from:units:0}?',
    'What would {value} {from:units:0} be in {to:units:1}?', 'What\'s {value} {from:units:0} in {to:units:1}?',
    'Show {value} {from:units:0} in {to:units:1}', '{value} {from:units:0} = how many {to:units:1}?', 'Make {to:units:1} of {value} {from:units:0}',
  ],
  add_event: [
    'Add {title:event} on {date} at {time}', 'Put {title:event} in my calendar on {date} at {time}', '{title:event} on {date} at {time}',
    'Schedule {title:event} for {date} at {time}', 'I have {title:event} on {date} at {time}', 'Calendar: {title:event}, {date}, {time}',
    'Book {title:event} on {date} at {time}', 'I meet {title:person} on {date} at {time}', 'Save the date: {title:event} on {date}, {time}',
    'On {date} at {time} there is {title:event}', 'Plan {title:event} for {date}, {time}', 'Add an event: {title:event}, {date} at {time}',
    'My {title:event} is on {date} at {time}', 'Make an appointment with {title:person} on {date} at {time}',
    'I am seeing {title:person} on {date} at {time}', '{date}, {time}: {title:event}', 'Put the {title:event} on {date} at {time} into my calendar',
    'Enter {title:event} at {time} on {date}', 'There is a {title:event} at {time} on {date}',
    'Block {minutes:length} minutes on {date} at {time} for {title:event}', '{title:event} on {date} from {time}, {minutes:length} minutes',
    'Set up {title:event} on {date} at {time} for {minutes:length} minutes', 'We have {title:event} {date} at {time}',
    'Add {title:event} to the calendar, {date} at {time}', 'A date with {title:person} on {date}, {time}',
    'Remind me of {title:event} on {date} at {time}', 'Reserve {date} at {time} for {title:event}',
    'The {title:event} takes place on {date} at {time}', 'New event: {title:event}, {date}, {time}', '{title:event}, {date} at {time}',
    'On {date} I have {title:event} at {time}', 'I have an appointment with {title:person} on {date} at {time}',
    'Put {date}, {time} in my calendar: {title:event}', 'Schedule a meeting with {title:person} for {date} at {time}',
    'I\'m meeting {title:person} {date} at {time}', 'Appointment: {title:event} on {date}, {time}', '{title:event} will be on {date} at {time}',
    'Note the {title:event} on {date} at {time} in the calendar', 'Add the {title:event} on {date}, {time}', '{title:event} {date} {time}',
  ],
  set_theme: [
    'Dark mode{theme=dark}', 'Make it dark{theme=dark}', 'Switch to dark colours{theme=dark}', 'Use dark colours{theme=dark}', 'Go dark{theme=dark}',
    'The page is too bright{theme=dark}', 'Turn on dark mode{theme=dark}', 'I want a dark page{theme=dark}',
    'It is night, make the page darker{theme=dark}', 'My eyes hurt, it is so bright{theme=dark}', 'Dim the page{theme=dark}',
    'Black background, please{theme=dark}', 'Dark theme{theme=dark}', 'Set the theme to dark{theme=dark}', 'Dark colours{theme=dark}',
    'It\'s too bright{theme=dark}', 'Make the background black{theme=dark}', 'Turn the brightness down{theme=dark}', 'Night mode{theme=dark}',
    'I prefer dark{theme=dark}', 'Everything is so white, make it dark{theme=dark}', 'Darker, please{theme=dark}', 'This is blinding me{theme=dark}',
    'The light colours hurt{theme=dark}', 'Can you make it dark?{theme=dark}', 'Change to dark{theme=dark}', 'Too much light{theme=dark}',
    'Turn light mode off{theme=dark}', 'Set dark mode{theme=dark}', 'Make the page black{theme=dark}', 'Put dark colours on{theme=dark}',
    'It is glaring{theme=dark}', 'Light mode{theme=light}', 'Make it light{theme=light}', 'Switch to light colours{theme=light}',
    'Use light colours{theme=light}', 'The page is too dark{theme=light}', 'Brighten the page{theme=light}', 'Back to the light theme{theme=light}',
    'I want it bright{theme=light}', 'White background, please{theme=light}', 'Turn dark mode off{theme=light}',
    'It is hard to read in the dark, make it bright{theme=light}', 'Day colours, please{theme=light}', 'Light theme{theme=light}',
    'Set the theme to light{theme=light}', 'Light colours{theme=light}', 'It\'s too dark{theme=light}', 'Make the background white{theme=light}',
    'Turn the brightness up{theme=light}', 'Day mode{theme=light}', 'I prefer light{theme=light}',
    'Everything is so black, make it light{theme=light}', 'Brighter, please{theme=light}', 'I can hardly see anything, it is so dark{theme=light}',
    'The dark colours are hard to read{theme=light}', 'Can you make it light?{theme=light}', 'Change to light{theme=light}',
    'Too little light{theme=light}', 'Turn night mode off{theme=light}', 'Set light mode{theme=light}', 'Make the page white{theme=light}',
    'Put bright colours on{theme=light}', 'It is gloomy{theme=light}', 'Use the system colours{theme=system}',
    'Follow my system for the colours{theme=system}', 'The same colours as my system{theme=system}',
    'Set the colours as the system has them{theme=system}', 'Theme: system{theme=system}', 'Let the device choose the colours{theme=system}',
    'Colours as my computer has them{theme=system}', 'Go by the system for the theme{theme=system}', 'System theme{theme=system}',
    'Set the theme to system{theme=system}', 'Automatic colours{theme=system}', 'Use the system\'s theme{theme=system}',
    'Whatever the system uses{theme=system}', 'Colours by the system{theme=system}', 'Back to the system\'s colours{theme=system}',
    'Match the system{theme=system}', 'Use the theme of my device{theme=system}', 'The system may choose the theme{theme=system}',
    'Switch to the system theme{theme=system}', 'Reset the colours to the system\'s{theme=system}',
  ],
  none: [
    'Thank you', 'Hello', 'How are you?', 'Tell me a joke', 'Who are you?', 'Good morning', 'That was all', 'Book a hotel in {p:place}',
    'What is the weather like in {p:place}?', 'Play some music', 'Order {p:dish}', 'Find a flight to {p:place}', 'What is the capital of Peru?',
    'Translate house into French', 'Send an e-mail to {p:person}', 'Turn on the {p:device}', 'Who won the game?', 'Nice work', 'I am bored',
    'Buy me a car', 'What is the news?', 'Where is the next station?', 'Call a taxi', 'Sing a song', 'How old is the moon?', 'Good night',
    'Is it going to rain in {p:place}?', 'Find me a restaurant in {p:place}', 'Take a picture', 'How do I get to {p:place}?', 'Lock the door',
    'You are great', 'Never mind', 'Post this on the web', 'Recommend a film', 'Which day is it in {p:place}?', 'Bye', 'Thanks, nothing else for now',
    'Show me a map of {p:place}', 'Turn the {p:device} up', 'Call {p:person}', 'Text {p:person} that I am late', 'Who is {p:person}?',
    'Rent a car in {p:place}', 'What\'s the time in {p:place}?', 'Book me a table for two', 'Read me a story', 'Switch the {p:device} off',
    'What do you think of {p:place}?', 'Send {p:person} some money', 'How far is {p:place}?', 'Ok', 'Great, thanks', 'I don\'t know',
    'Are you a robot?', 'Search the web for {p:place}', 'How tall is the Eiffel Tower?', 'Play a song for {p:person}', 'I would like {p:dish}',
    'What can you do?', 'Spell giraffe', 'Download the film', 'Turn the {p:device} on', 'Take me to {p:place}', 'Write a poem about {p:place}',
    'Say hello to {p:person}', 'Reserve a room in {p:place}', 'Which team plays tonight?', 'Describe {p:place}', 'Deliver {p:dish} to {p:place}',
    'When was {p:person} born?', 'Good evening',
  ],
};
