// Makes another version of an architecture the current one: `pareto rollback`, and the registration of its files again.

import { ParetoError, type Architecture } from '@pareto/core';
import { rollbackError } from '@pareto/policy';
import { checkSignature } from './check-signature.js';
import { claim, currentVersion, lastVersion, withVersion, type VersionAuthor } from './name-claims.js';
import { notFound } from './not-found.js';
import { measurementsOf, outcomesOf, variantRecords } from './outcome-variants.js';
import { referencedBlobs } from './referenced-blobs.js';
import type { RegisterContext } from './register-context.js';
import { unchangedSince, type RecordView } from '../storage/record-tables.js';
import { architectureKey, nameKey, putRecord, taskKey } from '../storage/records.js';

type Version = Pick<Architecture, 'name' | 'version'>;
type Author = Omit<VersionAuthor, 'wallMs'>;
type RollbackContext = Pick<RegisterContext, 'blobs' | 'leader' | 'mirror' | 'clock' | 'runExclusive'>;

/**
 * Makes a version the current one, and returns the version that was current before. Throws `not-found` for a name or a
 * version that does not exist, and `failed-precondition` if the version cannot serve.
 */
export function rollback(context: RollbackContext, of: Version, author: Author): Promise<number> {
  return context.runExclusive(`architecture ${of.name}`, async () => {
    const record = context.mirror.records.names.get(nameKey(of.name));
    if (record?.value.kind !== 'architecture') throw notFound('architecture', of.name);
    return makeCurrent(context, of, { ...author, byRollback: true });
  });
}

/** Does the same as `rollback` for a registered name. Returns undefined after a conflicting write. */
export async function makeCurrent(
  { blobs, leader, mirror: { records }, clock }: Omit<RollbackContext, 'runExclusive'>,
  of: Version,
  author: Author,
): Promise<number | undefined> {
  const { name, version } = of;
  if (currentVersion(records, name) === version) return version;
  const known = records.architectures.get(architectureKey(name, version));
  if (known === undefined) throw missingVersion(records, of);
  await checkUsable(blobs, records, known.value);
  const from = currentVersion(records, name);
  const record = withVersion(records, name, version, { ...author, wallMs: clock.wallMs() });
  const unchanged = [claim(records, name), unchangedSince(known.key, known)];
  return (await leader.write(unchanged, [putRecord(nameKey(name), record)])) ? from : undefined;
}

/** Returns why the version cannot serve. Undefined if it can, as far as its records show. */
const versionError = (records: RecordView, of: Version): string | undefined =>
  rollbackError(
    variantRecords(records, of).map((variant) => ({
      variant,
      measurements: measurementsOf(records, variant).map(({ value }) => value),
    })),
  );

/** Throws `failed-precondition` or `invalid-argument` if the version cannot become the current one. */
export async function checkUsable(
  blobs: RegisterContext['blobs'],
  records: RecordView,
  version: Architecture,
): Promise<void> {
  checkFits(records, version);
  await checkFiles(blobs, records, version);
}

function checkFits(records: RecordView, architecture: Architecture): void {
  const error = versionError(records, architecture);
  if (error !== undefined) throw unusable(records, architecture, error);
  const task = records.tasks.get(taskKey(architecture.task));
  if (task !== undefined) checkSignature(records, task.value, architecture, architecture.name);
}

async function checkFiles(
  blobs: RegisterContext['blobs'],
  records: RecordView,
  architecture: Architecture,
): Promise<void> {
  const variants = variantRecords(records, architecture);
  const outcomes = outcomesOf(records, architecture);
  const digests = [...referencedBlobs({ architectures: [architecture], variants, outcomes, tasks: [] })];
  const stored = await Promise.all(digests.map((digest) => blobs.status(digest)));
  const gone = digests.filter((_digest, index) => stored[index]?.complete !== true);
  if (gone.length > 0) throw unusable(records, architecture, `${gone.length} of its files are gone: ${gone[0]}`);
}

const unusable = (records: RecordView, of: Version, why: string): ParetoError =>
  new ParetoError(
    'failed-precondition',
    `${of.name} cannot go back to version ${of.version}: ${why}; ${othersText(records, of)}`,
  );

function missingVersion(records: RecordView, of: Version): ParetoError {
  const { name, version } = of;
  const isGone = version > 0 && version <= lastVersion(records, name);
  const what = isGone ? `version ${version} of ${name} is not kept any more` : `${name} has no version ${version}`;
  return new ParetoError('not-found', `${what}; ${othersText(records, of)}`);
}

/** Returns the versions that the name can go to instead. */
function othersText(records: RecordView, { name, version: refused }: Version): string {
  const others = Array.from(records.architectures.values(), ({ value }) => value).filter(
    (one) =>
      one.name === name &&
      one.version !== refused &&
      one.version !== currentVersion(records, name) &&
      versionError(records, one) === undefined,
  );
  if (others.length === 0) return 'there is no other version to go back to';
  return `it can go back to ${others.map(({ version }) => version).join(', ')}`;
}
