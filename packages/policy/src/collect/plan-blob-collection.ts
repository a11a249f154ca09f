// Which blobs are removed because nothing refers to them.

import type { Digest } from '@pareto/core';

export interface CollectableBlob {
  readonly digest: Digest;
  /** The rest of uploads that did not come to their end. */
  readonly partial: boolean;
  readonly sizeBytes: number;
  /** When it was last written or asked for. Milliseconds since the Unix epoch. */
  readonly touchedWallMs: number;
}

export interface CollectParams {
  /** For how long what nothing refers to stays after it was last touched. */
  readonly graceMs: number;
}

export const defaultCollectParams: CollectParams = { graceMs: 24 * 3_600_000 };

export interface BlobCollection<B extends CollectableBlob> {
  /** The longest untouched first. */
  readonly remove: readonly B[];
  /** How many stay because something refers to them, or because they were touched within the grace. */
  readonly referenced: number;
  readonly recent: number;
}

/** What is left of an upload is never referred to: it goes once nobody has gone on with it for the grace. */
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
