// Remembers the store of this cluster in a file of the data folder, so that a controller that is restarted recognises a store that
// lost its data.

import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errorText, milliseconds, ParetoError, type Clock } from '@pareto/core';
import type { KnownHistory, Store } from '@pareto/state';
import type { Logger } from '@pareto/telemetry';
import * as z from 'zod';

/** Returns the path of the file. Each cluster that shares an etcd has its own. */
export const knownStoreFile = ({ dataDir, cluster }: { readonly dataDir: string; readonly cluster: string }): string =>
  join(dataDir, `store-${cluster}.json`);

const schema = z.object({ epoch: z.string(), revision: z.number() });

/** Returns the store that was used last. Undefined if there is no file. Throws `failed-precondition` if it is damaged. */
export async function readKnownStore(file: string): Promise<KnownHistory | undefined> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw unreadable(file, error);
  });
  if (text === undefined) return undefined;
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    throw unreadable(file, 'it has no epoch and revision');
  }
}

const unreadable = (file: string, error: unknown): ParetoError =>
  new ParetoError(
    'failed-precondition',
    `${file}, which names the store of this cluster, can't be read: ${errorText(error)}; delete it if the store has its data`,
  );

export interface KnownStoreOptions {
  readonly store: Pick<Store, 'known'>;
  readonly file: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

const everyMs = milliseconds(5_000);

/** Writes the file until the signal aborts, and then a last time. */
export async function runKnownStore(
  { store, file, clock, logger }: KnownStoreOptions,
  signal: AbortSignal,
): Promise<void> {
  let written = '';
  for (let isLast = false; !isLast;) {
    isLast = signal.aborted;
    const { known } = store;
    const text = known === undefined ? written : JSON.stringify(known);
    if (text !== written) {
      await replaceFile(file, text).then(
        () => (written = text),
        (error: unknown) => logger.warn('store not remembered', { file, error }),
      );
    }
    if (!isLast) await clock.sleep(everyMs, signal).catch(() => undefined);
  }
}

async function replaceFile(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(`${file}.tmp`, text, { mode: 0o600 });
  await rename(`${file}.tmp`, file);
}
