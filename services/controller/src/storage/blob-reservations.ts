// Mutual exclusion of registrations and the collection of blobs: a reserved blob is not removed, and a reservation
// waits until the blob's removal has finished. Both happen in the process of the leader only.

export interface BlobReservations {
  /** Runs `work`, and prevents the removal of these blobs meanwhile. */
  reserve<T>(digests: readonly string[], work: () => Promise<T>): Promise<T>;
  /** Runs `work`, which removes the blob. Returns false and does nothing while the blob is reserved. */
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
