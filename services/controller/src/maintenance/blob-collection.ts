// Removes unreferenced blobs: carries out the plan of `planBlobCollection`, with checks that no referenced blob is
// removed.

import type { BlobStore, StoredBlob } from '@pareto/blobs';
import { milliseconds, type Clock, type Digest, type Milliseconds } from '@pareto/core';
import { planBlobCollection, type BlobCollection, type CollectParams } from '@pareto/policy';
import type { Store } from '@pareto/state';
import type { ControllerMetrics, Logger } from '@pareto/telemetry';
import type { BlobReservations } from '../storage/blob-reservations.js';
import { updateCollectionState, readReferences, type CollectionState } from './blob-references.js';
import type { Leader, Term } from '../leadership/leadership.js';

export interface BlobCollectionOptions {
  readonly blobs: BlobStore;
  readonly reservations: BlobReservations;
  readonly store: Store;
  readonly leader: Leader;
  /** Returns whether the registry is complete and belongs to the store's current history. */
  readonly ready: () => boolean;
  readonly params: CollectParams;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: ControllerMetrics;
}

const roundMs = milliseconds(60_000);
const maxIntervalMs = 3_600_000;
/**
 * Time for which a proof of leadership is valid. After that, the leader proves by a write that it still leads, and
 * reads the references again, before it removes further blobs.
 */
const provenMs = 1_000;

/**
 * Runs a round after a minute of leading, then every hour or half grace period, whichever is shorter, until the signal
 * aborts.
 */
export async function runBlobCollection(options: BlobCollectionOptions, signal: AbortSignal): Promise<void> {
  const { leader, params, clock, logger } = options;
  const everyMs = Math.min(maxIntervalMs, params.graceMs / 2);
  let last: { readonly term: Term; readonly at: Milliseconds } | undefined;
  for (;;) {
    await clock.sleep(roundMs, signal).catch(() => undefined);
    if (signal.aborted) return;
    const { term } = leader;
    const isDue = last === undefined || last.term !== term || clock.now() - last.at >= everyMs;
    if (term === undefined || clock.now() - term.since < roundMs || !isDue || !options.ready()) continue;
    last = { term, at: clock.now() };
    const round = collectBlobs(options, AbortSignal.any([signal, term.lost]));
    await round.catch((error: unknown) => logger.warn('blob collection failed', { error }));
  }
}

/** Runs one round. A round that fails or stops early needs no clean-up: the next round starts from the same state. */
export async function collectBlobs(options: BlobCollectionOptions, signal: AbortSignal): Promise<void> {
  const { blobs, store, params, clock, logger } = options;
  // 1. Check that the location belongs to this cluster, and that the store was not created or restored within the grace
  //    period: a restored store lacks the registrations since the backup.
  const state = await updateCollectionState(options);
  if (!(await owns(options, state)) || clock.wallMs() - state.sinceWallMs < params.graceMs) return;

  // 2. List the blobs before reading the references, so that no later blob is in the list.
  const listed: StoredBlob[] = [];
  for await (const blob of blobs.list()) listed.push(blob);
  const plan = planBlobCollection(listed, await readReferences(store), clock.wallMs(), params);

  // 3. Remove one by one, as long as this controller leads.
  const removed = await removeAll(options, plan, signal);

  // 4. Report.
  const bytes = removed.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  logger.info('blobs collected', {
    removed: removed.length,
    bytes,
    spared: plan.remove.length - removed.length,
    referenced: plan.referenced,
    recent: plan.recent,
  });
}

/**
 * Returns whether no other cluster collects at this location. Two clusters may share a location by mistake, and each
 * lacks the references of the other.
 */
async function owns({ blobs, logger }: BlobCollectionOptions, { id }: CollectionState): Promise<boolean> {
  const collector = await blobs.noteOnce('collector', id);
  if (collector === id) return true;
  logger.warn(
    'blobs are not collected: another cluster collects at this location; if it no longer exists, delete the file "collector" there',
    { place: blobs.location },
  );
  return false;
}

async function removeAll(
  options: BlobCollectionOptions,
  plan: BlobCollection<StoredBlob>,
  signal: AbortSignal,
): Promise<readonly StoredBlob[]> {
  const { leader, store, clock } = options;
  const removed: StoredBlob[] = [];
  let proof: { readonly at: Milliseconds; readonly references: ReadonlySet<Digest> } | undefined;
  for (const blob of plan.remove) {
    if (proof === undefined || clock.now() - proof.at > provenMs) {
      await leader.write([], []);
      proof = { at: clock.now(), references: await readReferences(store) };
    }
    if (signal.aborted || !options.ready()) break;
    if (!blob.partial && proof.references.has(blob.digest)) continue;
    if (await removeOne(options, blob)) removed.push(blob);
  }
  return removed;
}

async function removeOne(options: BlobCollectionOptions, blob: StoredBlob): Promise<boolean> {
  const { blobs, reservations, logger, metrics } = options;
  const { digest, partial, sizeBytes } = blob;
  // A registration reserves its blobs before it checks that they exist. Reserved blobs stay.
  if (!(await reservations.remove(digest, () => blobs.delete(blob)))) return false;
  const kind = partial ? 'partial' : 'blob';
  logger.info('blob removed', { digest, kind, bytes: sizeBytes });
  metrics.blobsCollected.add(1, { kind });
  metrics.blobBytes.add(sizeBytes, { direction: 'collected' });
  return true;
}
