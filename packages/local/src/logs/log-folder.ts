// Finds the log files of a cluster on this machine.

import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ParetoError } from '@pareto/core';

export interface LogFolder {
  readonly path: string;
  /** Names of the services that have a log in the folder. */
  readonly services: readonly string[];
}

/** Data folders of `pareto up` and of the quick start. */
const defaultFolders = ['.pareto', '.pareto-quickstart'] as const;
const ending = '.log';

/** Finds the logs in the given data folder, otherwise in the default ones. Throws `not-found` with the searched folders. */
export async function findLogFolder(dataDir: string | undefined): Promise<LogFolder> {
  const folders = (dataDir === undefined ? defaultFolders : [dataDir]).map((folder) => join(resolve(folder), 'logs'));
  for (const path of folders) {
    const services = await servicesIn(path);
    if (services.length > 0) return { path, services };
  }
  throw new ParetoError(
    'not-found',
    `there are no logs in ${folders.join(' or ')}: pass the data folder of 'pareto up' as --data-dir (services started otherwise log to their stderr)`,
  );
}

export async function servicesIn(path: string): Promise<readonly string[]> {
  const files = await readdir(path).catch(() => []);
  return files
    .filter((file) => file.endsWith(ending))
    .map((file) => file.slice(0, -ending.length))
    .sort();
}

export const logFile = ({ path }: LogFolder, service: string): string => join(path, `${service}${ending}`);

interface Hint {
  readonly text: string;
  readonly details: Readonly<Record<string, string>>;
}

/**
 * Returns the requested services, or all of them if `wanted` is empty. `worker` selects all workers. Throws `not-found` for a
 * name without a log; `suggest` returns the end of its message and its details, or undefined for the list of services.
 */
export function chooseServices(
  services: readonly string[],
  wanted: readonly string[],
  suggest: (name: string, known: readonly string[]) => Hint | undefined = () => undefined,
): readonly string[] {
  const isMeant = (service: string, name: string): boolean => service === name || service.replace(/-\d+$/, '') === name;
  const missing = wanted.find((name) => !services.some((service) => isMeant(service, name)));
  if (missing !== undefined) {
    const hint = suggest(missing, services) ?? { text: `: expected some of ${services.join(', ')}`, details: {} };
    throw new ParetoError('not-found', `there is no log of ${missing}${hint.text}`, { details: hint.details });
  }
  return wanted.length === 0 ? services : services.filter((service) => wanted.some((name) => isMeant(service, name)));
}
