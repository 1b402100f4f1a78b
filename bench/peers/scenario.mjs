// What is measured: the same for every program.
import { readFileSync } from 'node:fs';

/** Tokens of the prompt that is read, and of the text that is written behind it. */
export const PROMPT = 512;
export const WRITTEN = 64;
/** Tokens of a menu of eleven tools that is known, and of the question behind it. */
export const MENU = 1022;
export const QUESTION = 30;
/** Times that each is done; the fastest counts. Reading and writing are not begun again after so many seconds. */
export const TIMES = 3;
export const SPENT = 30;

const WORDS = 'the river runs past the old mill and under the stone bridge to the sea'.split(' ');

/** A text of about so many tokens, each of a word. A first word of its own makes it unknown. */
export function text(tokens, first = 'Here') {
  return [first, ...Array.from({ length: tokens - 1 }, (_, at) => WORDS[at % WORDS.length])].join(' ');
}

/** The question that this project's agent is asked, about 30 tokens with the marks of a chat template; `more` ends it. */
export const question = (count, more = '') =>
  `${count} times, please do the thing in the old town of Bergen, twice if you can${more}`;

/** The menu of eleven tools. */
export const eleven = new URL('eleven-tools.json', import.meta.url).pathname;
export const elevenTools = () => JSON.parse(readFileSync(eleven, 'utf8'));
/** The menu and the right call that are trained on: those of `autodidact bench`. */
const four = new URL('../../crates/autodidact-cli/src/everyday_tools.json', import.meta.url);
export const fourTools = () => JSON.parse(readFileSync(four, 'utf8'));

/** Prints the figures of a program: seconds, tokens a second, bytes. */
export const report = (figures) => console.log(JSON.stringify(figures));
