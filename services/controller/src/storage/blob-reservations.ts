// Keeps registering and collecting apart: a blob that is about to be referred to is not removed, and one that is being removed
// is waited for. Both happen on the leader alone, in one process.

export interface BlobReservations {
  /** While `work` runs none of these is removed. */
  reserve<T>(digests: readonly string[], work: () => Promise<T>): Promise<T>;
  /** False, and nothing done, while it is held. */
  remove(digest: string, work: () => Promise<boolean>): Promise<boolean>;
}

export function createBlobReservations(): BlobReservations {
  const reserved = new Map<string, number>();
  const removing = new Map<string, Promise<unknown>>();
  const count = (digest: string, by: number): void => {
    const reservations = (reserved.get(digest) ?? 0) + by;
    if (reservations === 0) reserved.delete(digest);
    else reserved.set(digest, reservations);
  };
  return {
    async reserve(digests, work) {
      for (const digest of digests) count(digest, 1);
      try {
        await Promise.all(digests.flatMap((digest) => removing.get(digest) ?? []));
        return await work();
      } finally {
        for (const digest of digests) count(digest, -1);
      }
    },
    async remove(digest, work) {
      if (reserved.has(digest)) return false;
      const removal = work();
      removing.set(
        digest,
        removal.catch(() => undefined),
      );
      return removal.finally(() => removing.delete(digest));
    },
  };
}
