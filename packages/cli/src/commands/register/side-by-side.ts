// Runs work on many items side by side, and passes on its events as if it ran on one item after the other.

export interface SideBySide<T, R, E> {
  readonly work: (item: T, onEvent: (event: E) => void) => Promise<R>;
  /** Maximum number of items at a time. */
  readonly atOnce: number;
  readonly onEvent: (event: E) => void;
  /** Returns whether an event is passed on immediately, whatever its item is. */
  readonly isLive: (event: E) => boolean;
}

/**
 * Resolves with the results in the order of the items. Their events are passed on in this order too, except for live ones. After an
 * error, no more items are begun; throws the error of the first item that failed, once all have ended.
 */
export async function sideBySide<T, R, E>(
  items: readonly T[],
  { work, atOnce, onEvent, isLive }: SideBySide<T, R, E>,
): Promise<readonly R[]> {
  const events = createOrderedEvents(items.length, onEvent);
  const results: R[] = [];
  const errors: { readonly index: number; readonly error: unknown }[] = [];
  const queue = items.entries();
  async function runItems(): Promise<void> {
    for (const [index, item] of queue) {
      try {
        results[index] = await work(item, (event) => (isLive(event) ? onEvent(event) : events.add(index, event)));
      } catch (error) {
        errors.push({ index, error });
      }
      events.end(index);
      if (errors.length > 0) return;
    }
  }
  await Promise.all(Array.from({ length: atOnce }, runItems));
  const [first] = errors.toSorted((a, b) => a.index - b.index);
  if (first !== undefined) throw first.error;
  return results;
}

interface OrderedEvents<E> {
  /** Passes an event of an item on, once all items before it have ended. */
  add(index: number, event: E): void;
  end(index: number): void;
}

function createOrderedEvents<E>(count: number, onEvent: (event: E) => void): OrderedEvents<E> {
  const waiting = Array.from({ length: count }, (): E[] => []);
  const ended = new Set<number>();
  let first = 0;
  return {
    add(index, event) {
      if (index === first) onEvent(event);
      else waiting[index]?.push(event);
    },
    end(index) {
      ended.add(index);
      while (ended.has(first)) {
        first += 1;
        for (const event of waiting[first]?.splice(0) ?? []) onEvent(event);
      }
    },
  };
}
