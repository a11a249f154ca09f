// What the stored data says of itself: its epoch, its schema version, and whether a restore is unfinished.

import { randomUUID } from 'node:crypto';
import { ParetoError } from '@pareto/core';
import type { Store } from './store.js';

/** Of the keys and records that this release writes. */
export const schemaVersion = 1;

export const metaPrefix = 'meta/';
const epochKey = `${metaPrefix}epoch`;
const schemaKey = `${metaPrefix}schema`;
/** Present from a restore's first transaction to its last. */
export const restoringKey = 'meta/restoring';

type Access = Pick<Store, 'get' | 'transact'>;

/** The epoch of the data, made when there is none. Throws `failed-precondition` when this release mustn't touch it. */
export async function identify(access: Access, where: string): Promise<string> {
  await access.transact({
    compares: [{ kind: 'absent', key: epochKey }],
    operations: [
      { kind: 'put', key: epochKey, value: randomUUID() },
      { kind: 'put', key: schemaKey, value: String(schemaVersion) },
    ],
  });
  await checkSchema(access, where);
  const { entry } = await access.get(epochKey);
  if (entry === undefined)
    throw new ParetoError('data-loss', `the store at ${where} has no epoch: restore it from a backup`);
  return entry.value;
}

async function checkSchema(access: Access, where: string): Promise<void> {
  const stored = Number((await access.get(schemaKey)).entry?.value);
  if (stored !== schemaVersion) {
    throw new ParetoError(
      'failed-precondition',
      `the store at ${where} holds data of schema version ${stored}, this release knows version ${schemaVersion}: ` +
        'run the release that wrote it, or name another data directory',
    );
  }
  if ((await access.get(restoringKey)).entry !== undefined) {
    throw new ParetoError(
      'failed-precondition',
      `a restore into the store at ${where} was cut off: delete the store and restore again`,
    );
  }
}
