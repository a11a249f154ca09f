// Registers again what a backup has, in a running cluster. Records of the fleet and of plans are left out: the current
// workers and their replicas are not those of the backup.

import { checkDigest, type BlobStore } from '@pareto/blobs';
import { describeLoss, ParetoError, type Digest } from '@pareto/core';
import { declaration, readBackup, type Backup, type Operation, type Store } from '@pareto/state';
import type { BlobReservations } from '../storage/blob-reservations.js';
import { createRecordTables, type RecordView, type Stored } from '../storage/record-tables.js';
import { nameIn, putRecord, variantKey, type RecordKind, type Records } from '../storage/records.js';
import { writeAll } from '../leadership/write-all.js';
import { referencedBlobs, type ReferringRecords } from './referenced-blobs.js';
import type { RegisterContext } from './register-context.js';

interface RestoreContext extends Pick<RegisterContext, 'blobs' | 'leader' | 'mirror' | 'runExclusive'> {
  readonly store: Pick<Store, 'epoch'>;
  readonly reservations: BlobReservations;
}

interface Restored {
  readonly tasks: number;
  readonly architectures: number;
  /** Number of the referenced files that the blob store does not have. */
  readonly missingFiles: number;
}

/** Restores a backup that was uploaded as a blob. Throws `invalid-argument` if it is not a backup, or as `planRestore`. */
export async function restoreBackup(context: RestoreContext, uploaded: string): Promise<Restored> {
  const { blobs, leader, mirror, store, reservations } = context;
  const backup = await readUploaded(context, checkDigest(uploaded));
  const digests = [...referencedBlobs(referringRecords(backup))];
  return reservations.reserve(digests, async () => {
    await context.runExclusive('the registry', async () => {
      await writeAll(leader, [...planRestore(mirror.records, backup), declaration(store.epoch)]);
      return true;
    });
    return summarize(blobs, backup, digests);
  });
}

interface RefillContext {
  readonly blobs: BlobStore;
  readonly store: Pick<Store, 'loss'>;
  readonly refill: (backup: string) => Promise<void>;
}

/** Restores a backup into the store of this cluster, which was emptied. Throws `failed-precondition` if it is not empty. */
export async function refillStore({ blobs, store, refill }: RefillContext, uploaded: string): Promise<Restored> {
  if (store.loss !== undefined && store.loss !== 'emptied') {
    throw new ParetoError(
      'failed-precondition',
      `a backup can be restored only into an empty store, but ${describeLoss(store.loss)}: put its data back, or delete its keys first`,
    );
  }
  const file = await blobs.localFile(checkDigest(uploaded));
  try {
    const backup = recordsOf(await readBackup(file.path));
    await refill(file.path);
    return await summarize(blobs, backup, [...referencedBlobs(referringRecords(backup))]);
  } finally {
    await file.release();
  }
}

async function summarize(blobs: BlobStore, backup: RecordView, digests: readonly Digest[]): Promise<Restored> {
  const statuses = await Promise.all(digests.map((digest) => blobs.status(digest)));
  return {
    tasks: backup.tasks.size,
    architectures: new Set(Array.from(backup.architectures.values(), ({ value }) => value.name)).size,
    missingFiles: statuses.filter(({ complete }) => !complete).length,
  };
}

async function readUploaded({ blobs }: RestoreContext, uploaded: Digest): Promise<RecordView> {
  const file = await blobs.localFile(uploaded);
  try {
    return recordsOf(await readBackup(file.path));
  } finally {
    await file.release();
  }
}

/** Returns the records of a backup. Throws `invalid-argument` if one can't be read. */
function recordsOf({ puts }: Backup): RecordView {
  const tables = createRecordTables((key, reason) => {
    throw new ParetoError('invalid-argument', `the backup has an unreadable record ${key}: ${reason}`);
  });
  tables.replaceAll(puts.map(({ key, value }) => ({ key, value, createRevision: 0, modRevision: 0 })));
  return tables.view;
}

/**
 * Kinds of records that are restored, in the order of the writes. Architectures are last, so that nothing is planned for
 * one whose other records are missing.
 */
const restoredKinds = [
  ...(['counters', 'measurements', 'outcomes', 'variants', 'rules', 'ruleEvents', 'tasks', 'names'] as const),
  'architectures',
] as const satisfies readonly RecordKind[];

/** Kinds of which there must be no other records. */
const exclusiveKinds = ['tasks', 'architectures', 'variants', 'outcomes', 'measurements', 'rules'] as const;

/**
 * Returns the writes that restore a backup. Those of an interrupted restore are left out. Throws `failed-precondition`
 * if anything else is registered, and `unavailable` while replicas of deleted models run: they must not be confused with
 * those of restored models of the same name and version.
 */
function planRestore(current: RecordView, backup: RecordView): readonly Operation[] {
  checkOnlyOf(current, backup);
  return restoredKinds.flatMap((kind) =>
    Array.from(backup[kind] as ReadonlyMap<string, Stored<Records[typeof kind]>>, ([own, { key, value }]) => ({
      ...{ own, key },
      value: kind === 'names' ? withLastVersion(current, key, value as Records['names']) : value,
    }))
      .filter(({ own, value }) => !isSame(current[kind].get(own)?.value, value))
      .map(({ key, value }) => putRecord(key, value)),
  );
}

/** Returns the record with the highest version that the name ever had here or in the backup, because none is reused. */
function withLastVersion(
  { names }: RecordView,
  key: string,
  { current = 0, ...backup }: Records['names'],
): Records['names'] {
  return { ...backup, current: Math.max(current, names.get(key)?.value.current ?? 0) };
}

function checkOnlyOf(current: RecordView, backup: RecordView): void {
  const isOther =
    (kind: RecordKind) =>
    ([key, { value }]: readonly [string, { readonly value: unknown }]): boolean =>
      !isSame(value, backup[kind].get(key)?.value);
  if (exclusiveKinds.some((kind) => [...current[kind]].some(isOther(kind)))) {
    const names = [...current.names].filter(([, { value }]) => value.kind !== 'free').map(([key]) => nameIn(key));
    throw new ParetoError(
      'failed-precondition',
      `a backup can be restored only if nothing else is registered, but there is ${listNames(names)}: delete it with ` +
        "'pareto delete', or start a new cluster with --restore",
    );
  }
  const isLeft = ({ variant, version }: Records['assignments']): boolean =>
    !current.variants.has(variantKey(variant, version));
  if ([...current.assignments.values()].some(({ value }) => isLeft(value)))
    throw new ParetoError('unavailable', 'replicas of deleted models are still being unloaded: retry in a few seconds');
}

const maxNamed = 5;

function listNames(names: readonly string[]): string {
  if (names.length === 0) return 'a rule or another record';
  const shown = names.slice(0, maxNamed).join(', ');
  return names.length > maxNamed ? `${shown} and ${names.length - maxNamed} more` : shown;
}

const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

function referringRecords(records: RecordView): ReferringRecords {
  const valuesOf = <K extends keyof ReferringRecords>(kind: K): readonly Records[K][] =>
    Array.from((records[kind] as ReadonlyMap<string, { readonly value: Records[K] }>).values(), ({ value }) => value);
  return {
    architectures: valuesOf('architectures'),
    variants: valuesOf('variants'),
    outcomes: valuesOf('outcomes'),
    tasks: valuesOf('tasks'),
  };
}
