import { count } from './format';

/** The number in a field; undefined where there is none, or one that is not allowed. */
export const valueOf = (field: HTMLInputElement): number | undefined =>
  field.value !== '' && field.checkValidity() ? field.valueAsNumber : undefined;

/** What may stand in a field. */
export function limits(field: HTMLInputElement): string {
  const label = field.labels?.[0]?.textContent?.trim() ?? field.id;
  return `${label}: a whole number from ${field.min} to ${count(Number(field.max))}.`;
}

/** Opens all that hides a field, and puts the cursor in it. */
export function reveal(field: HTMLInputElement): void {
  for (let box = field.closest('details'); box; box = box.parentElement?.closest('details') ?? null) box.open = true;
  field.focus();
}
