// What is held beside the replicas: by the processes that make and measure now.

/** Resolves with bytes; 0 when there is nothing any more. */
type ReadBytes = () => Promise<number>;

export interface StepMemory {
  /** As it was seen last. */
  readonly bytes: number;
  /** Counts until it is disposed. */
  add(readBytes: ReadBytes): Disposable;
  refresh(): Promise<void>;
}

export function createStepMemory(): StepMemory {
  const sources = new Map<ReadBytes, number>();
  const refreshSource = async (readBytes: ReadBytes): Promise<void> => {
    const bytes = await readBytes();
    if (sources.has(readBytes)) sources.set(readBytes, bytes);
  };
  return {
    get bytes() {
      return [...sources.values()].reduce((total, one) => total + one, 0);
    },
    add(readBytes) {
      sources.set(readBytes, 0);
      void refreshSource(readBytes);
      return {
        [Symbol.dispose]: () => {
          sources.delete(readBytes);
        },
      };
    },
    refresh: async () => {
      await Promise.all([...sources.keys()].map(refreshSource));
    },
  };
}
