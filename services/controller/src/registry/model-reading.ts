// The part of the controller that reads models, in isolated processes.

import { join } from 'node:path';
import { makeFolder } from '@pareto/blobs';
import { errorText, ParetoError, type Clock } from '@pareto/core';
import { createModelReader, type ModelReader } from '@pareto/models';
import { isolateProcesses, type Runnable } from '@pareto/service';
import type { Logger } from '@pareto/telemetry';
import type { ControllerConfig } from '../config.js';
import { folderOfBlobs } from '../storage/blob-location.js';

export interface ModelReading {
  readonly reader: ModelReader;
  /** Folder in which these processes may write, which may not exist yet. */
  readonly work: string;
  /** Returns the consequence, reason and advice if processes share a user id. Undefined if none do. */
  readonly userIdShortage: () => string | undefined;
  /** Part that ends the processes. */
  readonly part: Runnable;
}

/**
 * Isolates the processes, which read and write only in the folder of model files, and creates the folder. Starts none if
 * a reader is given.
 */
export async function openModelReading(
  config: ControllerConfig,
  { clock, logger }: { readonly clock: Clock; readonly logger: Logger },
  given: ModelReader | undefined,
): Promise<ModelReading> {
  const { dataDir, etcdCerts, etcdPasswordFile } = config;
  const folder = folderOfBlobs(config);
  await makeFolder(folder).catch((error: unknown) => {
    const message = `cannot create the folder ${folder} for model files (--data-dir, --blobs): ${errorText(error)}`;
    throw new ParetoError('failed-precondition', message, { cause: error });
  });
  const work = join(folder, 'work');
  const name = 'model reader';
  const nothing = async (): Promise<void> => undefined;
  if (given !== undefined)
    return { reader: given, work, userIdShortage: () => undefined, part: { name, start: nothing, stop: nothing } };
  const isolation = await isolateProcesses(config, {
    folders: [folder],
    libraries: [],
    secrets: [join(dataDir, 'store'), etcdCerts, etcdPasswordFile],
    logger,
    clock,
  });
  const reader = createModelReader({ clock, isolation });
  const stop = async (): Promise<void> => {
    reader[Symbol.dispose]();
    isolation[Symbol.dispose]();
  };
  return { reader, work, userIdShortage: () => isolation.userIdShortage, part: { name, start: nothing, stop } };
}
