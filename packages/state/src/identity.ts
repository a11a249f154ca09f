// Metadata of the stored data: its epoch, its schema version, and a marker of an unfinished restore.

import { randomUUID } from 'node:crypto';
import { ParetoError } from '@pareto/core';
import type { Entry, Operation, Store } from './store.js';

/**
 * Version of the keys and records that this release writes. Version 2 added generated files and rules: a release of version 1
 * would serve denied variants. Version 3 added warmth rules, the counts of the protocol's statistics, and profiles without
 * runs: a release of version 2 would drop the counts and read a missing cost as a number.
 */
export const schemaVersion = 3;
/** Oldest supported version. Fields that its records lack are filled in when a record is read. */
const minSchema = 1;

export const metaPrefix = 'meta/';
export const epochKey = 'meta/epoch';
const schemaKey = 'meta/schema';
/** Key that exists during a restore. */
export const restoringKey = 'meta/restoring';
/** Key with the digest of the backup that the store was filled from. */
export const restoredKey = 'meta/restored';
/** Key with the epoch that a finished restore or an operator declared, so that running controllers follow it. */
export const declaredKey = 'meta/declared';

type Access = Pick<Store, 'get' | 'transact'>;

/** Location of the data, for messages. */
export interface StoreLocation {
  /** Noun phrase, e.g. `store at /var/lib/pareto`. */
  readonly name: string;
  /** Instruction to use another store, e.g. `pass another --data-dir`. */
  readonly another: string;
}

/** Returns the epoch of the data, or creates it. Throws as `checkSchema` does. */
export async function identify(access: Access, location: StoreLocation): Promise<string> {
  // Writes only to a new store, so that a full store can still be read.
  const epoch = (await readEpoch(access)) ?? (await createEpoch(access));
  await checkSchema(access, location);
  if (epoch !== undefined) return epoch;
  throw new ParetoError('data-loss', `the ${location.name} has no epoch: restore it from a backup`);
}

const readEpoch = async (access: Access): Promise<string | undefined> => (await access.get(epochKey)).entry?.value;

/** Creates an epoch. Concurrent callers get the same one. */
async function createEpoch(access: Access): Promise<string | undefined> {
  await access.transact({
    compares: [{ kind: 'absent', key: epochKey }],
    operations: [
      { kind: 'put', key: epochKey, value: randomUUID() },
      { kind: 'put', key: schemaKey, value: String(schemaVersion) },
    ],
  });
  return readEpoch(access);
}

/** Returns the epoch in the store, and whether a finished restore or an operator declared it. */
export async function readIdentity(
  access: Access,
): Promise<{ readonly epoch: string | undefined; readonly isDeclared: boolean }> {
  const epoch = await readEpoch(access);
  const declared = (await access.get(declaredKey)).entry?.value;
  return { epoch, isDeclared: epoch !== undefined && epoch === declared };
}

/** Returns the write that declares an epoch, so that controllers that knew another one follow it. */
export const declaration = (epoch: string): Operation => ({ kind: 'put', key: declaredKey, value: epoch });

/** Writes a new, declared epoch, unless another process has replaced the epoch `before` already. Returns the epoch. */
export async function declareEpoch(
  access: Access,
  before: string | undefined,
  location: StoreLocation,
): Promise<string> {
  const { entry } = await access.get(epochKey);
  if (entry?.value === before) {
    const epoch = randomUUID();
    await access.transact({
      compares: [
        entry === undefined
          ? { kind: 'absent', key: epochKey }
          : { kind: 'revision', key: epochKey, modRevision: entry.modRevision },
      ],
      operations: [
        { kind: 'put', key: epochKey, value: epoch },
        ...(entry === undefined ? [{ kind: 'put', key: schemaKey, value: String(schemaVersion) } as const] : []),
        declaration(epoch),
      ],
    });
  }
  return identify(access, location);
}

/** Throws `failed-precondition` if this release must not use the data, and `unavailable` during a restore. */
export async function checkSchema(access: Access, { name, another }: StoreLocation): Promise<void> {
  const { entry } = await access.get(schemaKey);
  const stored = Number(entry?.value);
  if (!(stored >= minSchema && stored <= schemaVersion)) {
    throw new ParetoError(
      'failed-precondition',
      `the ${name} has schema version ${stored}, but this release supports versions ${minSchema} to ${schemaVersion}: ` +
        `run the release that wrote it, or ${another}`,
    );
  }
  if ((await access.get(restoringKey)).entry !== undefined) {
    throw new ParetoError(
      'unavailable',
      `a restore into the ${name} is in progress or was interrupted: wait until it finishes, or delete the store and restore again`,
    );
  }
  if (entry !== undefined && stored < schemaVersion) await raiseSchema(access, entry);
}

/** Raises the schema version, so that older releases refuse the store. Skips a full store, which can still be read. */
async function raiseSchema(access: Access, { modRevision }: Entry): Promise<void> {
  const raised = access.transact({
    compares: [{ kind: 'revision', key: schemaKey, modRevision }],
    operations: [{ kind: 'put', key: schemaKey, value: String(schemaVersion) }],
  });
  await raised.catch((error: unknown) => {
    if (!(error instanceof ParetoError) || error.code !== 'resource-exhausted') throw error;
  });
}
