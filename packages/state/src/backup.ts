// Backs up a store as JSON lines: a header with a digest of all entries, then the entries. Excludes leased keys and the epoch,
// since a restored store has a new epoch.

import { createHash, randomUUID } from 'node:crypto';
import { open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { errorText, ParetoError } from '@pareto/core';
import { epochKey, metaPrefix, schemaVersion } from './identity.js';
import type { Operation, Store } from './store.js';

const format = 'pareto-store-backup/1';

interface Header {
  readonly format: string;
  /** Epoch of the source store. */
  readonly epoch?: string;
  readonly schema: number;
  readonly entries: number;
  readonly sha256: string;
}

/** Returns a consistent copy of all entries, as the text of a backup. */
export async function encodeBackup(store: Store): Promise<string> {
  const { entries } = await store.range('');
  const epoch = entries.find(({ key }) => key === epochKey)?.value ?? store.epoch;
  const lines = entries
    .filter((entry) => entry.lease === undefined && !entry.key.startsWith(metaPrefix))
    .map((entry) => `${JSON.stringify([entry.key, entry.value])}\n`);
  const header: Header = {
    format,
    epoch,
    schema: schemaVersion,
    entries: lines.length,
    sha256: sha256(lines.join('')),
  };
  return `${JSON.stringify(header)}\n${lines.join('')}`;
}

/**
 * Writes the text of a backup to a file atomically, and returns its number of entries. An existing backup of another epoch is
 * renamed to include its epoch: it may be the last copy of data that a wiped store has lost. Throws `invalid-argument` if the
 * text is not a complete backup.
 */
export async function saveBackup(text: string, file: string): Promise<number> {
  const { epoch, puts } = parseBackup(text, file);
  const before = await epochOf(file);
  if (before !== undefined && before !== epoch) await rename(file, `${file}.${before}`);
  await writeWhole(file, text);
  return puts.length;
}

/** Writes a backup of the store to a file, as `saveBackup` does. */
export const backupStore = async (store: Store, file: string): Promise<number> =>
  saveBackup(await encodeBackup(store), file);

/** Returns the epoch of a backup. Undefined if there is no backup, or it has no epoch. */
async function epochOf(file: string): Promise<string | undefined> {
  try {
    await using handle = await open(file);
    for await (const line of handle.readLines()) return readHeader(line, file).epoch;
  } catch {
    // A missing or invalid file has no epoch. The write reports problems with the path.
  }
  return undefined;
}

async function writeWhole(file: string, text: string): Promise<void> {
  const temporary = `${file}.${randomUUID()}.tmp`;
  try {
    await writeFile(temporary, text, { flag: 'wx', mode: 0o600, flush: true });
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

export interface Backup {
  /** Epoch of the store that was backed up. Undefined if an old release wrote the backup. */
  readonly epoch: string | undefined;
  /** Digest of the entries. */
  readonly sha256: string;
  readonly puts: readonly Extract<Operation, { kind: 'put' }>[];
}

/** Reads and verifies a backup. Throws `invalid-argument` if the file is not a valid backup. */
export async function readBackup(file: string): Promise<Backup> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw backupError(file, `can't be read: ${errorText(error)}`);
  });
  return parseBackup(text, file);
}

function parseBackup(text: string, file: string): Backup {
  const end = text.indexOf('\n') + 1;
  const header = readHeader(text.slice(0, end), file);
  const body = text.slice(end);
  if (header.schema > schemaVersion)
    throw backupError(
      file,
      `has schema version ${header.schema}, but this release supports versions up to ${schemaVersion}: use a newer release`,
    );
  if (sha256(body) !== header.sha256)
    throw backupError(file, 'is damaged (its digest does not match): use another backup');
  const puts = body
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [key, value] = JSON.parse(line) as readonly [string, string];
      return { kind: 'put', key, value } as const;
    });
  return { epoch: header.epoch, sha256: header.sha256, puts };
}

function readHeader(line: string, file: string): Header {
  try {
    const header = JSON.parse(line) as Header;
    if (header.format === format) return header;
  } catch {
    // Reported below.
  }
  throw backupError(file, `is not a backup: expected the format ${format}`);
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const backupError = (file: string, what: string): ParetoError =>
  new ParetoError('invalid-argument', `the backup ${file} ${what}`);
