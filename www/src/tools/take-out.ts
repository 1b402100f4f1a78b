import type { Kept } from './kept';

interface Thing {
  id: string;
}

/** Removes a thing from its list, for those who take its making back. */
export function takeOut<T extends Thing>(list: Kept<T[]>, { id }: T, kind: string): void {
  if (!list.value.some((one) => one.id === id)) throw new Error(`the ${kind} is gone already`);
  list.value = list.value.filter((one) => one.id !== id);
}
