// The removal of blobs that nothing refers to.

import type { Digest } from '@pareto/core';

export interface CollectableBlob {
  readonly digest: Digest;
  /** Set for the remains of an unfinished upload. */
  readonly partial: boolean;
  readonly sizeBytes: number;
  /** Time of the last write or existence check, in milliseconds since the Unix epoch. */
  readonly touchedWallMs: number;
}

export interface CollectParams {
  /** Time for which an unreferenced blob is kept after it was last touched. */
  readonly graceMs: number;
}

export const defaultCollectParams: CollectParams = { graceMs: 24 * 3_600_000 };

export interface BlobCollection<B extends CollectableBlob> {
  /** Sorted by ascending time of the last touch. */
  readonly remove: readonly B[];
  /** Number of blobs kept because something refers to them. */
  readonly referenced: number;
  /** Number of unreferenced blobs kept because they were touched within the grace period. */
  readonly recent: number;
}

/**
 * Returns the blobs to remove. Remains of an upload count as unreferenced, and are removed if the upload has not
 * continued for `graceMs`.
 */
export function planBlobCollection<B extends CollectableBlob>(
  blobs: readonly B[],
  referenced: ReadonlySet<Digest>,
  nowWallMs: number,
  { graceMs }: CollectParams,
): BlobCollection<B> {
  const unreferenced = blobs.filter(({ digest, partial }) => partial || !referenced.has(digest));
  const remove = unreferenced.filter(({ touchedWallMs }) => nowWallMs - touchedWallMs > graceMs);
  return {
    remove: remove.toSorted((a, b) => a.touchedWallMs - b.touchedWallMs),
    referenced: blobs.length - unreferenced.length,
    recent: unreferenced.length - remove.length,
  };
}
