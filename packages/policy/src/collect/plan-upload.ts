// The admission of an upload, within limits on the unfinished uploads of a blob store.

import type { CollectableBlob } from './plan-blob-collection.js';

export interface UploadParams {
  /** Limit of the number of unfinished uploads, with the new one. */
  readonly maxUploads: number;
  /** Limit of the size of all unfinished uploads, with the announced size of the new one. */
  readonly maxBytes: number;
  /** Time since its last data after which an upload counts as abandoned, and may be removed for a new one. */
  readonly abandonedMs: number;
}

/** Uploads to remove so that a new one can begin, or the limit that would be exceeded without any to remove. */
export type UploadPlan<B extends CollectableBlob> =
  | { readonly kind: 'admit'; readonly remove: readonly B[] }
  | { readonly kind: 'reject'; readonly limit: 'count' | 'bytes' };

/** Plans an upload of `sizeBytes` next to other unfinished ones. Removes as few abandoned uploads as needed, the oldest first. */
export function planUpload<B extends CollectableBlob>(
  unfinished: readonly B[],
  sizeBytes: number,
  nowWallMs: number,
  { maxUploads, maxBytes, abandonedMs }: UploadParams,
): UploadPlan<B> {
  const abandoned = unfinished
    .filter(({ touchedWallMs }) => nowWallMs - touchedWallMs > abandonedMs)
    .toSorted((a, b) => a.touchedWallMs - b.touchedWallMs);
  const remove: B[] = [];
  let count = unfinished.length + 1;
  let bytes = unfinished.reduce((sum, each) => sum + each.sizeBytes, sizeBytes);
  for (const each of abandoned) {
    if (count <= maxUploads && bytes <= maxBytes) break;
    remove.push(each);
    count -= 1;
    bytes -= each.sizeBytes;
  }
  if (count > maxUploads) return { kind: 'reject', limit: 'count' };
  if (bytes > maxBytes) return { kind: 'reject', limit: 'bytes' };
  return { kind: 'admit', remove };
}
