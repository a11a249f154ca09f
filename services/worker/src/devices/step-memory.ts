// Tracks the memory of the processes that generate files and measure variants, in addition to that of the replicas.

/** Reads the bytes held by a process. Resolves with 0 once it has ended. */
type ReadBytes = () => Promise<number>;

export interface StepMemory {
  /** Total memory as of the last refresh. */
  readonly bytes: number;
  /** Includes a process in the total until the result is disposed. */
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
