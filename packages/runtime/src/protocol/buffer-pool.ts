// Buffers that are used again, since allocating a large one costs more than filling it.

export interface BufferPool {
  /** Returns a buffer with arbitrary contents, which is aligned to 8 bytes. */
  take(bytes: number): Buffer;
  /** Takes back a buffer of `take`, which must not be used any more. */
  give(buffer: Buffer): void;
}

const maxKept = 4;
const maxKeptBytes = 16 * 1024 * 1024;
/** Capacity of the smallest buffers. */
const minBytes = 4096;

/** Returns the power of two that holds the bytes, so that batches of similar sizes share buffers. */
const capacityFor = (bytes: number): number => Math.max(minBytes, 2 ** Math.ceil(Math.log2(bytes)));

/** Creates a pool that keeps the four buffers of up to 16 MiB that were given back last. */
export function createBufferPool(): BufferPool {
  const kept: Buffer[] = [];
  return {
    take(bytes) {
      if (bytes > maxKeptBytes) return Buffer.allocUnsafeSlow(bytes);
      const capacity = capacityFor(bytes);
      const index = kept.findLastIndex(({ length }) => length === capacity);
      const [found] = index < 0 ? [] : kept.splice(index, 1);
      return (found ?? Buffer.allocUnsafeSlow(capacity)).subarray(0, bytes);
    },
    give({ buffer }) {
      if (buffer.byteLength > maxKeptBytes) return;
      kept.push(Buffer.from(buffer));
      if (kept.length > maxKept) kept.shift();
    },
  };
}
