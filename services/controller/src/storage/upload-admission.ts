// Admits uploads as long as the unfinished ones stay within limits, and removes abandoned ones to make room.

import type { BlobStore, StoredBlob } from '@pareto/blobs';
import { formatBytes, type Clock, type Digest, type ParetoError } from '@pareto/core';
import type { ControllerConfig } from '../config.js';
import { planUpload, type UploadParams } from '@pareto/policy';
import { defaultLimits, limitError } from '@pareto/protocol';

/** Runs an upload. Throws `resource-exhausted` if it would exceed a limit. */
export type UploadAdmission = <T>(digest: Digest, sizeBytes: number, upload: () => Promise<T>) => Promise<T>;

/** Limit of all unfinished uploads, as a multiple of the largest blob. */
const maxBlobs = 4;
const abandonedMs = 600_000;

export const uploadParams = ({ maxBlobMebibytes }: Pick<ControllerConfig, 'maxBlobMebibytes'>): UploadParams => ({
  ...{ maxUploads: defaultLimits.uploads, abandonedMs },
  maxBytes: maxBlobs * maxBlobMebibytes * 2 ** 20,
});

export interface AdmissionOptions {
  readonly blobs: Pick<BlobStore, 'listPartial' | 'delete'>;
  readonly params: UploadParams;
  readonly clock: Clock;
}

export function createUploadAdmission({ blobs, params, clock }: AdmissionOptions): UploadAdmission {
  /** Announced sizes of the uploads to this controller. */
  const running = new Map<Digest, number>();

  /** Returns the other unfinished uploads. Those to this controller have their announced sizes. */
  function withRunning(partial: readonly StoredBlob[], digest: Digest): readonly StoredBlob[] {
    const touchedWallMs = clock.wallMs();
    const own = [...running].map(([each, sizeBytes]) => ({ digest: each, partial: true, sizeBytes, touchedWallMs }));
    return [...partial.filter((blob) => blob.digest !== digest && !running.has(blob.digest)), ...own];
  }

  return async (digest, sizeBytes, upload) => {
    const partial: StoredBlob[] = [];
    for await (const blob of blobs.listPartial()) partial.push(blob);
    // The blob store rejects a second upload of the same blob, and sizes that are invalid or above its limit.
    if (running.has(digest) || !(sizeBytes > 0 && sizeBytes <= params.maxBytes)) return upload();
    const plan = planUpload(withRunning(partial, digest), sizeBytes, clock.wallMs(), params);
    if (plan.kind === 'reject') throw rejection(plan.limit, sizeBytes, params);
    running.set(digest, sizeBytes);
    try {
      for (const blob of plan.remove) await blobs.delete(blob);
      return await upload();
    } finally {
      running.delete(digest);
    }
  };
}

function rejection(limit: 'count' | 'bytes', sizeBytes: number, { maxUploads, maxBytes }: UploadParams): ParetoError {
  const why =
    limit === 'count'
      ? `there are ${maxUploads} unfinished uploads, the limit`
      : `with these ${formatBytes(sizeBytes)}, unfinished uploads would exceed their limit of ${formatBytes(maxBytes)}`;
  return limitError('uploads', 'resource-exhausted', `${why}: retry when others have finished`);
}
