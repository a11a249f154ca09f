// Removing blobs that nothing refers to: what policy plans, done with all the care that something final wants.

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
  /** The registry is complete, and of the store's present history. */
  readonly ready: () => boolean;
  readonly params: CollectParams;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: ControllerMetrics;
}

const roundMs = milliseconds(60_000);
const maxIntervalMs = 3_600_000;
/** A leader that was paused for longer asks the store whether it still is one before it removes more. */
const provenMs = 1_000;

/** A round some minute after this controller began to lead, then one an hour, or two in a grace, until the signal aborts. */
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
    await round.catch((error: unknown) => logger.warn('blobs not collected', { error }));
  }
}

/** One round. What it leaves undone, the next one finds still undone. */
export async function collectBlobs(options: BlobCollectionOptions, signal: AbortSignal): Promise<void> {
  const { blobs, store, params, clock, logger } = options;
  // 1. Only in a place that is this cluster's, and not soon after the store came into being or was restored: what was
  //    registered since the copy was made is not in it.
  const state = await updateCollectionState(options);
  if (!(await owns(options, state)) || clock.wallMs() - state.sinceWallMs < params.graceMs) return;

  // 2. List before reading what is referred to: a blob that comes later is not in the list.
  const listed: StoredBlob[] = [];
  for await (const blob of blobs.list()) listed.push(blob);
  const plan = planBlobCollection(listed, await readReferences(store), clock.wallMs(), params);

  // 3. Remove, one after the other, as long as this controller leads.
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

/** One place may have been given to two clusters by mistake: neither knows what the other refers to. */
async function owns({ blobs, logger }: BlobCollectionOptions, { id }: CollectionState): Promise<boolean> {
  const collector = await blobs.noteOnce('collector', id);
  if (collector === id) return true;
  logger.warn(
    'blobs are not collected: another cluster does it here; if there is none any more, remove the note "collector" in the place',
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
  // Registering asks whether a blob is there before it refers to it: one that it did so for meanwhile is left alone.
  if (!(await reservations.remove(digest, () => blobs.delete(blob)))) return false;
  const kind = partial ? 'partial' : 'blob';
  logger.info('blob removed', { digest, kind, bytes: sizeBytes });
  metrics.blobsCollected.add(1, { kind });
  metrics.blobBytes.add(sizeBytes, { direction: 'collected' });
  return true;
}
