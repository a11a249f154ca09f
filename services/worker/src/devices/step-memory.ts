// Tracks the memory of the processes that generate files and measure variants, in addition to that of the replicas.

/** Reads the bytes held by a process. Returns 0 once it has ended. */
type ReadBytes = () => number;

export interface StepMemory {
  /** Total memory as of the last refresh. */
  readonly bytes: number;
  /** Includes a process in the total until the result is disposed. */
  add(readBytes: ReadBytes): Disposable;
  refresh(): void;
}

export function createStepMemory(): StepMemory {
  const sources = new Map<ReadBytes, number>();
  return {
    get bytes() {
      return [...sources.values()].reduce((total, one) => total + one, 0);
    },
    add(readBytes) {
      sources.set(readBytes, readBytes());
      return {
        [Symbol.dispose]: () => {
          sources.delete(readBytes);
        },
      };
    },
    refresh() {
      for (const readBytes of sources.keys()) sources.set(readBytes, readBytes());
    },
  };
}
