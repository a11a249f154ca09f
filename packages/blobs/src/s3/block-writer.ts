// Splits data into blocks of equal size, and fills one block while others are written.

export interface BlockWriter {
  /** Adds data. Waits while too many blocks are being written. Throws if a write has failed. */
  add(data: Uint8Array): Promise<void>;
  /** Writes the last block and waits for all writes. Throws if one has failed. */
  flush(): Promise<void>;
}

export interface BlockWriterOptions {
  readonly blockBytes: number;
  /** Maximum number of concurrent writes. */
  readonly maxConcurrent: number;
  /** Called with the blocks in order, and not again after a failure. */
  readonly write: (block: Buffer, offset: number) => Promise<void>;
}

export function createBlockWriter({ blockBytes, maxConcurrent, write }: BlockWriterOptions): BlockWriter {
  const writing = new Set<Promise<void>>();
  let failure: { readonly error: unknown } | undefined;
  // Not allocated before it has data: garbage collections count the bytes of each block.
  let block: Buffer | undefined;
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

  async function writeBlock(data: Buffer): Promise<void> {
    if (writing.size >= maxConcurrent) await Promise.race(writing);
    throwFailure();
    start(data, offset);
    offset += data.byteLength;
    [block, filled] = [undefined, 0];
  }

  return {
    async add(data) {
      for (let from = 0; from < data.byteLength;) {
        const part = data.subarray(from, from + blockBytes - filled);
        block ??= Buffer.allocUnsafe(blockBytes);
        block.set(part, filled);
        filled += part.byteLength;
        from += part.byteLength;
        if (filled === blockBytes) await writeBlock(block);
      }
    },
    async flush() {
      if (block !== undefined) await writeBlock(block.subarray(0, filled));
      await Promise.all(writing);
      throwFailure();
    },
  };
}
