// Reads the binary data that follows the JSON of a request, input by input.

import { ParetoError } from '@pareto/core';
import type { Chunks } from './chunks.js';

export interface BinaryTail {
  /** Returns the next `size` bytes. Throws `invalid-argument` if fewer remain. */
  take(input: string, size: number): readonly Buffer[];
  /** Throws `invalid-argument` if bytes remain. */
  end(): void;
}

/** `from` is the offset at which the JSON ends. */
export function createBinaryTail(body: Chunks, from: number): BinaryTail {
  let at = from;
  return {
    take(input, size) {
      const left = body.length - at;
      if (size > left) {
        const message = `input '${input}': binary_data_size is ${size}, but only ${left} bytes of binary data remain`;
        throw new ParetoError('invalid-argument', message);
      }
      at += size;
      return body.slice(at - size, at);
    },
    end() {
      if (at === body.length) return;
      const message = `${body.length - at} bytes of binary data remain after the last input: expected the sum of binary_data_size`;
      throw new ParetoError('invalid-argument', message);
    },
  };
}
