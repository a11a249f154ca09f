// The memory that large bodies and answers may take at once, over all callers. Small ones are not counted: while there are
// too many large ones, they are still taken.

export interface ByteReservation extends Disposable {
  /** Counts so many more. False: all together are now too many, until the hold is disposed of. */
  take(bytes: number): boolean;
}

export interface ByteBudget {
  /** For one caller. */
  reserve(): ByteReservation;
}

/** Up to here a hold is small. */
const smallBytes = 256 * 1024;

export function createByteBudget(maxBytes: number): ByteBudget {
  let taken = 0;
  return {
    reserve() {
      let total = 0;
      let counted = 0;
      return {
        take(bytes) {
          total += bytes;
          const now = total > smallBytes ? total : 0;
          taken += now - counted;
          counted = now;
          return counted === 0 || taken <= maxBytes;
        },
        [Symbol.dispose]() {
          taken -= counted;
          counted = total = 0;
        },
      };
    },
  };
}
