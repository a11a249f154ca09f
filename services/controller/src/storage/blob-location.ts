// Where the cluster's blobs are: opens the place that is configured, and sees to it that every controller has the same.

import { join } from 'node:path';
import { openFolderBlobStore, openS3BlobStore, type BlobStore } from '@pareto/blobs';
import { ParetoError, type Digest } from '@pareto/core';
import type { Store } from '@pareto/state';
import type { OpenContext } from './open-store.js';

const locationKey = 'meta/blobs';
/** Of what is looked into on this host while blobs are in S3. */
const cacheBytes = 4 * 2 ** 30;

/** Flags that say where model files are stored: the folder or S3 bucket `blobs`, by default a folder in `dataDir`. */
export interface BlobFlags {
  readonly dataDir: string;
  readonly blobs?: string | undefined;
  readonly s3Endpoint?: string | undefined;
  readonly maxBlobMebibytes: number;
}

/** Throws a ParetoError of one line that says what is wrong with the place and what to do. */
export async function openBlobStore(flags: BlobFlags, { clock, logger }: OpenContext): Promise<BlobStore> {
  const { dataDir, blobs = join(dataDir, 'blobs'), s3Endpoint: endpoint } = flags;
  const onDamaged = (digest: Digest): void => logger.error('damaged blob removed', { digest, place: blobs });
  const options = { maxBlobBytes: flags.maxBlobMebibytes * 2 ** 20, clock, onDamaged };
  if (blobs.startsWith('s3:')) {
    return openS3BlobStore(blobs, { ...options, endpoint, cacheFolder: join(dataDir, 'cache'), cacheBytes });
  }
  if (endpoint !== undefined) {
    throw new ParetoError(
      'invalid-argument',
      `--s3-endpoint goes with --blobs s3://bucket/prefix, and not with ${blobs}`,
    );
  }
  return openFolderBlobStore(blobs, options);
}

/** The first controller's place is the cluster's. Throws `failed-precondition` when this one has another. */
export async function checkBlobLocation(store: Store, { location, locationId }: BlobStore): Promise<void> {
  const own = JSON.stringify({ placeId: locationId, place: location });
  const known = JSON.parse((await readLocation(store)) ?? (await claimLocation(store, own))) as BlobLocation;
  if (known.placeId === locationId) return;
  throw new ParetoError(
    'failed-precondition',
    `the cluster's blobs are at ${known.place}, and ${location} is another place: give all controllers the same --blobs, on storage that they share; to move blobs, copy all of the place, its file "place" too`,
  );
}

/** The record at `locationKey`: its field names are stored. */
interface BlobLocation {
  readonly placeId: string;
  readonly place: string;
}

const readLocation = async (store: Store): Promise<string | undefined> => (await store.get(locationKey)).entry?.value;

/** Returns whose it is: of several who try at once, the first one's. */
async function claimLocation(store: Store, own: string): Promise<string> {
  await store.transact({
    compares: [{ kind: 'absent', key: locationKey }],
    operations: [{ kind: 'put', key: locationKey, value: own }],
  });
  return (await readLocation(store)) ?? own;
}
