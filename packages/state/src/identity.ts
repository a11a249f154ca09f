// What the stored data says of itself: its epoch, its schema version, and whether a restore is unfinished.

import { randomUUID } from 'node:crypto';
import { ParetoError } from '@pareto/core';
import type { Entry, Store } from './store.js';

/**
 * Of the keys and records that this release writes. 2: files made of a model, and rules. A release that knows 1 would serve
 * what a rule denies. 3: wishes, what the protocol's statistics are made of, and profiles of what was not run. A release that knows
 * 2 would drop those counts when it adds to them, and take a cost that is none for a number.
 */
export const schemaVersion = 3;
/** Records of it lack only fields that reading fills in. */
const oldestSchema = 1;

export const metaPrefix = 'meta/';
export const epochKey = 'meta/epoch';
const schemaKey = 'meta/schema';
/** Present from a restore's first transaction to its last. */
export const restoringKey = 'meta/restoring';

type Access = Pick<Store, 'get' | 'transact'>;

/** Where the data is, for messages. */
export interface StoreLocation {
  /** As in `store at /var/lib/pareto`. */
  readonly name: string;
  /** What to do for a store of one's own, as in `name another data directory`. */
  readonly another: string;
}

/** The epoch of the data, made when there is none. Throws `failed-precondition` when this release mustn't touch it. */
export async function identify(access: Access, location: StoreLocation): Promise<string> {
  // Only a new store is written to: one that is full can still be read.
  const epoch = (await readEpoch(access)) ?? (await makeEpoch(access));
  await checkSchema(access, location);
  if (epoch !== undefined) return epoch;
  throw new ParetoError('data-loss', `the ${location.name} has no epoch: restore it from a backup`);
}

const readEpoch = async (access: Access): Promise<string | undefined> => (await access.get(epochKey)).entry?.value;

/** Of several who try at once, all get the same. */
async function makeEpoch(access: Access): Promise<string | undefined> {
  await access.transact({
    compares: [{ kind: 'absent', key: epochKey }],
    operations: [
      { kind: 'put', key: epochKey, value: randomUUID() },
      { kind: 'put', key: schemaKey, value: String(schemaVersion) },
    ],
  });
  return readEpoch(access);
}

/** Another epoch than before: whoever comes first makes it. */
export async function renewIdentity(access: Access, before: string, location: StoreLocation): Promise<string> {
  const { entry } = await access.get(epochKey);
  if (entry?.value === before) {
    await access.transact({
      compares: [{ kind: 'revision', key: epochKey, modRevision: entry.modRevision }],
      operations: [{ kind: 'put', key: epochKey, value: randomUUID() }],
    });
  }
  return identify(access, location);
}

async function checkSchema(access: Access, { name, another }: StoreLocation): Promise<void> {
  const { entry } = await access.get(schemaKey);
  const stored = Number(entry?.value);
  if (!(stored >= oldestSchema && stored <= schemaVersion)) {
    throw new ParetoError(
      'failed-precondition',
      `the ${name} holds data of schema version ${stored}, this release knows versions ${oldestSchema} to ${schemaVersion}: ` +
        `run the release that wrote it, or ${another}`,
    );
  }
  if ((await access.get(restoringKey)).entry !== undefined) {
    throw new ParetoError(
      'failed-precondition',
      `a restore into the ${name} is under way or was cut off: wait for its end, or delete the store and restore again`,
    );
  }
  if (entry !== undefined && stored < schemaVersion) await raiseSchema(access, entry);
}

/** From now on releases that know only what it was refuse it. A store that is full stays what it is: it can be read. */
async function raiseSchema(access: Access, { modRevision }: Entry): Promise<void> {
  const raised = access.transact({
    compares: [{ kind: 'revision', key: schemaKey, modRevision }],
    operations: [{ kind: 'put', key: schemaKey, value: String(schemaVersion) }],
  });
  await raised.catch((error: unknown) => {
    if (!(error instanceof ParetoError) || error.code !== 'resource-exhausted') throw error;
  });
}
