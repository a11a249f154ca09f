// Limits the memory of large request and reply bodies over all callers. Small bodies are not counted, so that they are
// accepted even while the large ones use up the budget.

export interface ByteReservation extends Disposable {
  /** Adds bytes to the reservation. Returns false if the reservation is large and the budget is exceeded. */
  take(bytes: number): boolean;
}

export interface ByteBudget {
  /** Creates an empty reservation for one request. */
  reserve(): ByteReservation;
}

/** Size up to which a reservation is not counted. */
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
