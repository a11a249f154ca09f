// The location of the cluster's blobs: opens the configured one, and checks that all controllers use the same.

import { join } from 'node:path';
import { openFolderBlobStore, openS3BlobStore, type BlobStore } from '@pareto/blobs';
import { ParetoError, type Digest } from '@pareto/core';
import type { Store } from '@pareto/state';
import type { OpenContext } from './open-store.js';

const locationKey = 'meta/blobs';
/** Size of the cache on this host if the blobs are in S3. */
const cacheBytes = 4 * 2 ** 30;

/** Flags for the location of model files: the folder or S3 bucket `blobs`, by default a folder in `dataDir`. */
export interface BlobFlags {
  readonly dataDir: string;
  readonly blobs?: string | undefined;
  readonly s3Endpoint?: string | undefined;
  readonly maxBlobMebibytes: number;
}

const isS3 = (blobs: string): boolean => blobs.startsWith('s3:');
const cacheFolder = (dataDir: string): string => join(dataDir, 'cache');

/** Returns the folder of this host in which model files are: those of the cluster, or the cache of those in S3. */
export const folderOfBlobs = ({ dataDir, blobs = join(dataDir, 'blobs') }: BlobFlags): string =>
  isS3(blobs) ? cacheFolder(dataDir) : blobs;

/** Opens the configured location. Throws a ParetoError if that fails or the flags are contradictory. */
export async function openBlobStore(flags: BlobFlags, { clock, logger }: OpenContext): Promise<BlobStore> {
  const { dataDir, blobs = join(dataDir, 'blobs'), s3Endpoint: endpoint } = flags;
  const onDamaged = (digest: Digest): void => logger.error('damaged blob removed', { digest, place: blobs });
  const options = { maxBlobBytes: flags.maxBlobMebibytes * 2 ** 20, clock, onDamaged };
  if (isS3(blobs)) {
    return openS3BlobStore(blobs, { ...options, endpoint, cacheFolder: cacheFolder(dataDir), cacheBytes });
  }
  if (endpoint !== undefined) {
    throw new ParetoError(
      'invalid-argument',
      `--s3-endpoint needs --blobs s3://bucket/prefix, but the blobs are in ${blobs}`,
    );
  }
  return openFolderBlobStore(blobs, options);
}

/** Throws `failed-precondition` unless the location is that of the cluster, which the first controller sets. */
export async function checkBlobLocation(store: Store, { location, locationId }: BlobStore): Promise<void> {
  const own = JSON.stringify({ placeId: locationId, place: location });
  const known = JSON.parse((await readLocation(store)) ?? (await claimLocation(store, own))) as BlobLocation;
  if (known.placeId === locationId) return;
  throw new ParetoError(
    'failed-precondition',
    `the cluster's blobs are at ${known.place}, but this controller uses ${location}: pass the same --blobs, on shared storage, to all controllers; to move the blobs, copy the whole folder or prefix with its file "place"`,
  );
}

/** The record at `locationKey`: its field names are stored. */
interface BlobLocation {
  readonly placeId: string;
  readonly place: string;
}

const readLocation = async (store: Store): Promise<string | undefined> => (await store.get(locationKey)).entry?.value;

/** Stores the location unless there is one, and returns the stored one. */
async function claimLocation(store: Store, own: string): Promise<string> {
  await store.transact({
    compares: [{ kind: 'absent', key: locationKey }],
    operations: [{ kind: 'put', key: locationKey, value: own }],
  });
  return (await readLocation(store)) ?? own;
}
