// What is held beside the replicas: by the processes that make and measure now.

/** Resolves with bytes; 0 when there is nothing any more. */
type Look = () => Promise<number>;

export interface GuestMemory {
  /** As it was seen last. */
  readonly bytes: number;
  /** Counts until it is disposed. */
  add(look: Look): Disposable;
  refresh(): Promise<void>;
}

export function createGuestMemory(): GuestMemory {
  const guests = new Map<Look, number>();
  const see = async (look: Look): Promise<void> => {
    const bytes = await look();
    if (guests.has(look)) guests.set(look, bytes);
  };
  return {
    get bytes() {
      return [...guests.values()].reduce((total, one) => total + one, 0);
    },
    add(look) {
      guests.set(look, 0);
      void see(look);
      return {
        [Symbol.dispose]: () => {
          guests.delete(look);
        },
      };
    },
    refresh: async () => {
      await Promise.all([...guests.keys()].map(see));
    },
  };
}
