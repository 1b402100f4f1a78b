import { Kept } from './kept';
import { localTool, shown, textOf } from './local';

const THEMES = ['light', 'dark', 'system'] as const;
export type Theme = (typeof THEMES)[number];

const isTheme = (value: unknown): value is Theme => THEMES.some((theme) => theme === value);

export const theme = new Kept<Theme>('theme', (stored) => (isTheme(stored) ? stored : 'system'));

const show = () => {
  document.documentElement.dataset['theme'] = theme.value;
};
theme.subscribe(show);
show();

/** Calls back when the colors change, by the user's choice or the system's. */
export function onColors(listener: () => void): void {
  theme.subscribe(listener);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', listener);
}

export const setTheme = localTool<{ now: Theme; before: Theme }>({
  name: 'set_theme',
  // The page's adapter was trained with this spelling.
  description: 'Set the colour theme',
  parameters: { theme: { type: 'string', enum: THEMES } },
  run: (args) => {
    const now = textOf(args, 'theme').toLowerCase();
    if (!isTheme(now)) throw new Error(`there is no theme “${now}”`);
    const before = theme.value;
    theme.value = now;
    return { now, before };
  },
  says: ({ now }) => (now === 'system' ? 'The colors follow the system now.' : `The colors are ${now} now.`),
  means: (args) => (args['theme'] === 'system' ? 'the colors of the system' : `${shown(args, 'theme')} colors`),
  undo: ({ before }) => {
    theme.value = before;
  },
});
