// The binary data behind the JSON of a request, taken from the front.

import { ParetoError } from '@pareto/core';
import type { Chunks } from './chunks.js';

export interface BinaryTail {
  /** The next so many bytes. Throws `invalid-argument` when there are fewer. */
  take(input: string, size: number): readonly Buffer[];
  /** Throws when something is left. */
  end(): void;
}

/** `from`: where the JSON ends. */
export function createBinaryTail(body: Chunks, from: number): BinaryTail {
  let at = from;
  return {
    take(input, size) {
      const left = body.length - at;
      if (size > left) {
        const message = `input '${input}': binary_data_size is ${size}, and ${left} bytes of binary data are left for it`;
        throw new ParetoError('invalid-argument', message);
      }
      at += size;
      return body.slice(at - size, at);
    },
    end() {
      if (at === body.length) return;
      const message = `${body.length - at} bytes of binary data are left over: expected as many as the inputs' binary_data_size say`;
      throw new ParetoError('invalid-argument', message);
    },
  };
}
