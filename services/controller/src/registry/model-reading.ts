// The part of the controller that reads models, in isolated processes.

import { join } from 'node:path';
import { makeFolder } from '@pareto/blobs';
import { errorText, ParetoError, type Clock } from '@pareto/core';
import { createModelReader, type ModelReader } from '@pareto/models';
import { isolateProcesses, type Runnable } from '@pareto/service';
import type { Logger } from '@pareto/telemetry';
import type { ControllerConfig } from '../config.js';

export interface ModelReading {
  readonly reader: ModelReader;
  /** Part that ends the processes. */
  readonly part: Runnable;
}

/** Isolates the processes, which read only the folders of model files. */
export async function openModelReading(
  config: ControllerConfig,
  { clock, logger }: { readonly clock: Clock; readonly logger: Logger },
): Promise<ModelReading> {
  const { dataDir, blobs = join(dataDir, 'blobs'), etcdCerts, etcdPasswordFile } = config;
  const inData = [join(dataDir, 'blobs'), join(dataDir, 'cache')];
  await Promise.all(inData.map(makeFolder)).catch((error: unknown) => {
    const message = `cannot use --data-dir ${dataDir}: ${errorText(error)}`;
    throw new ParetoError('failed-precondition', message, { cause: error });
  });
  const isolation = await isolateProcesses(config, {
    folders: [...inData, blobs],
    libraries: [],
    secrets: [join(dataDir, 'store'), etcdCerts, etcdPasswordFile],
    logger,
  });
  const reader = createModelReader({ clock, isolation });
  const stop = async (): Promise<void> => {
    reader[Symbol.dispose]();
    isolation[Symbol.dispose]();
  };
  return { reader, part: { name: 'model reader', start: async () => undefined, stop } };
}
