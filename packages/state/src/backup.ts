// Backup of any store to a file, and what such a file holds: JSON lines, a header first, with a digest of all entries.
// Leased keys stay out, and so does the epoch: what is restored begins a new one.

import { createHash, randomUUID } from 'node:crypto';
import { open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { errorText, ParetoError } from '@pareto/core';
import { epochKey, metaPrefix, schemaVersion } from './identity.js';
import type { Operation, Store } from './store.js';

const format = 'pareto-store-backup/1';

interface Header {
  readonly format: string;
  /** Of the store that it is a copy of. */
  readonly epoch?: string;
  readonly schema: number;
  readonly entries: number;
  readonly sha256: string;
}

/**
 * Writes a consistent copy of everything stored; the file appears whole or not at all. A backup of another epoch that is
 * there stays, under its name with that epoch added: what a wiped store has lost may be in it. Returns the number of entries.
 */
export async function backupStore(store: Store, file: string): Promise<number> {
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
  const before = await epochOf(file);
  if (before !== undefined && before !== epoch) await rename(file, `${file}.${before}`);
  await writeWhole(file, `${JSON.stringify(header)}\n${lines.join('')}`);
  return lines.length;
}

/** Undefined: there is no backup, or it doesn't tell. */
async function epochOf(file: string): Promise<string | undefined> {
  try {
    await using handle = await open(file);
    for await (const line of handle.readLines()) return readHeader(line, file).epoch;
  } catch {
    // said by whoever writes there
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

type Put = Extract<Operation, { kind: 'put' }>;

export async function readBackup(file: string): Promise<readonly Put[]> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw refusal(file, `can't be read: ${errorText(error)}`);
  });
  const end = text.indexOf('\n') + 1;
  const header = readHeader(text.slice(0, end), file);
  const body = text.slice(end);
  if (header.schema > schemaVersion)
    throw refusal(file, `is of schema version ${header.schema}, this release knows ${schemaVersion}`);
  if (sha256(body) !== header.sha256) throw refusal(file, 'is damaged: its digest does not match');
  return body
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [key, value] = JSON.parse(line) as readonly [string, string];
      return { kind: 'put', key, value };
    });
}

function readHeader(line: string, file: string): Header {
  try {
    const header = JSON.parse(line) as Header;
    if (header.format === format) return header;
  } catch {
    // said below
  }
  throw refusal(file, `is not a backup: expected the format ${format}`);
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const refusal = (file: string, what: string): ParetoError =>
  new ParetoError('invalid-argument', `the backup ${file} ${what}`);
