import { sentence } from '../ui/format';
import { isRecord, Kept, listOf } from './kept';
import { localTool, shown, textOf } from './local';
import { takeOut } from './take-out';

export interface Note {
  id: string;
  text: string;
}

export const notes = new Kept<Note[]>('notes', listOf((entry): entry is Note =>
  isRecord(entry) && typeof entry['id'] === 'string' && typeof entry['text'] === 'string'));

export function removeNote(id: string): void {
  notes.value = notes.value.filter((note) => note.id !== id);
}

export const addNote = localTool<Note>({
  name: 'add_note',
  description: 'Add a note',
  parameters: { text: 'string' },
  run: (args) => {
    const note = { id: crypto.randomUUID(), text: textOf(args, 'text') };
    notes.value = [...notes.value, note];
    return note;
  },
  says: ({ text }) => sentence(`Noted: ${text}`),
  means: (args) => `a note: ${shown(args, 'text')}`,
  undo: (note) => takeOut(notes, note, 'note'),
});

export const listNotes = localTool<string[]>({
  name: 'list_notes',
  description: 'List the notes',
  parameters: {},
  run: () => notes.value.map(({ text }) => text),
  says: (all) => (all.length === 0 ? 'There are no notes.' : sentence(`Your notes: ${all.join('; ')}`)),
  means: () => 'a look at the notes',
});
