// Collects data into blocks of one size: one fills while the one before is written.

export interface BlockWriter {
  /** Waits while both blocks are taken. */
  add(data: Uint8Array): Promise<void>;
  /** Writes what is left, and waits until all is written. */
  flush(): Promise<void>;
}

/** `write` is called for one block after the other, and never again after it failed. */
export function createBlockWriter(
  blockBytes: number,
  write: (block: Buffer, offset: number) => Promise<void>,
): BlockWriter {
  let block = Buffer.allocUnsafe(blockBytes);
  let [filled, offset] = [0, 0];
  let writing: Promise<void> = Promise.resolve();

  const turnOver = async (): Promise<void> => {
    await writing;
    const [data, at] = [block.subarray(0, filled), offset];
    offset += filled;
    [block, filled] = [Buffer.allocUnsafe(blockBytes), 0];
    writing = write(data, at);
    // Whoever waits for it next is told.
    writing.catch(() => {});
  };

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
      await writing;
    },
  };
}
