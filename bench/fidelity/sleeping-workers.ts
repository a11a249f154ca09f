// Starts workers whose executors sleep for the time of a profile instead of computing.

import { fileURLToPath } from 'node:url';
import { v8FlagsOf } from '@pareto/core';
import { startChild } from '@pareto/testkit';
import { startService, type ServiceStarter } from '../../test/support/service-process.js';

const script = fileURLToPath(new URL('sleeping-worker.mjs', import.meta.url));

/** Returns a starter of services, of which the workers have executors that sleep for the medians of these batches. */
export function startSleeping(points: readonly { readonly batch: number; readonly p50Ms: number }[]): ServiceStarter {
  const variables = { PARETO_SLEEP_POINTS: JSON.stringify(points) };
  return ({ service, args, env }) =>
    service === 'worker'
      ? startChild(
          process.execPath,
          [...v8FlagsOf(service), script, ...args, '--lame-duck-ms', '0', '--warm-up-ms', '0'],
          { env: { ...env, ...variables } },
        )
      : startService(service, args, env);
}
