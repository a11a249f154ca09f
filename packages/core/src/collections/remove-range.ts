// Removal from an array that is filled again soon.

/** Removes `count` elements from `from` on, and keeps the memory of the array: `splice` and a length of 0 release it. */
export function removeRange(items: unknown[], from: number, count = 1): void {
  for (let index = from; index + count < items.length; index++) items[index] = items[index + count];
  for (let left = count; left > 0; left--) items.pop();
}
