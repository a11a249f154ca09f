// Two workers of two hardware classes with a price each, on one machine, and a controller that solves for the cheapest replicas.

import { writeFile } from 'node:fs/promises';
import type { TempFolder } from '@pareto/testkit';
import type { ClusterOptions } from './cluster.js';
import { startService, type ServiceStarter } from './service-process.js';

const preloaded = new URL('named-device.mjs', import.meta.url).href;
const dearName = 'dear';
/** USD per slot-hour by prefix of the class. */
const prices = { 'cpu/': 0.05, [`cpu/${dearName}/`]: 0.15 };

/** Starts the second worker with another name of its CPU. */
const startNamed: ServiceStarter = ({ service, args, env }) => {
  const isDear = service === 'worker' && args.includes('worker-2');
  const named = { NODE_OPTIONS: `--import=${preloaded}`, PARETO_DEVICE_NAME: dearName };
  return startService(service, args, isDear ? { ...env, ...named } : env);
};

export const pricedWorkers = async (
  folder: TempFolder,
): Promise<ClusterOptions & { readonly starter: ServiceStarter }> => ({
  ...{ workers: 2, starter: startNamed, controllerArgs: await releaseArgs(folder) },
});

/** Returns arguments of a controller whose workers cost nothing without replicas. */
export async function releaseArgs(folder: TempFolder): Promise<readonly string[]> {
  const file = folder.file('prices.json');
  await writeFile(file, JSON.stringify(prices));
  return ['--release-hosts', '--prices', file];
}
