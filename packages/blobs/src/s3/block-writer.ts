// Collects data into blocks of one size: one fills while others are written.

export interface BlockWriter {
  /** Waits while too many blocks are being written. Throws when one could not be. */
  add(data: Uint8Array): Promise<void>;
  /** Writes what is left, and waits until all is written. */
  flush(): Promise<void>;
}

export interface BlockWriterOptions {
  readonly blockBytes: number;
  /** How many are written at once. */
  readonly atOnce: number;
  /** Called with blocks in order, and not again once one has failed. */
  readonly write: (block: Buffer, offset: number) => Promise<void>;
}

export function createBlockWriter({ blockBytes, atOnce, write }: BlockWriterOptions): BlockWriter {
  const writing = new Set<Promise<void>>();
  let failure: { readonly error: unknown } | undefined;
  let block = Buffer.allocUnsafe(blockBytes);
  let [filled, offset] = [0, 0];

  const throwFailure = (): void => {
    if (failure !== undefined) throw failure.error;
  };

  function start(data: Buffer, at: number): void {
    const one = write(data, at)
      .catch((error: unknown) => {
        failure ??= { error };
      })
      .finally(() => writing.delete(one));
    writing.add(one);
  }

  async function turnOver(): Promise<void> {
    if (writing.size >= atOnce) await Promise.race(writing);
    throwFailure();
    start(block.subarray(0, filled), offset);
    offset += filled;
    [block, filled] = [Buffer.allocUnsafe(blockBytes), 0];
  }

  return {
    async add(data) {
      for (let from = 0; from < data.byteLength;) {
        const part = data.subarray(from, from + blockBytes - filled);
        block.set(part, filled);
        filled += part.byteLength;
        from += part.byteLength;
        if (filled === blockBytes) await turnOver();
      }
    },
    async flush() {
      if (filled > 0) await turnOver();
      await Promise.all(writing);
      throwFailure();
    },
  };
}
