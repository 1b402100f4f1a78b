import { isRecord, Kept, listOf } from './kept';
import { localTool, textOf } from './local';

export interface Note {
  id: string;
  text: string;
}

export const notes = new Kept<Note[]>('notes', listOf((entry): entry is Note =>
  isRecord(entry) && typeof entry['id'] === 'string' && typeof entry['text'] === 'string'));

export function removeNote(id: string): void {
  notes.value = notes.value.filter((note) => note.id !== id);
}

export const addNote = localTool({
  name: 'add_note',
  description: 'Add a note',
  parameters: { text: 'string' },
  run: (args) => {
    const text = textOf(args, 'text');
    notes.value = [...notes.value, { id: crypto.randomUUID(), text }];
    return `Noted: ${text}`;
  },
});

export const listNotes = localTool({
  name: 'list_notes',
  description: 'List the notes',
  parameters: {},
  run: () => (notes.value.length === 0 ? 'There are no notes.' : notes.value.map(({ text }) => text).join('; ')),
});
