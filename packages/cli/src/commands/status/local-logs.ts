// Finds out whether the logs of a cluster are on this machine.

import { findLogFolder } from '@pareto/local';
import type { Endpoints } from '../../context/context.js';

/** Addresses that `pareto up` listens on. */
const local = /^(127\.0\.0\.1|localhost|\[::1\]):/;

/** Returns the services whose logs `pareto logs` finds. Empty if the controllers are not on this machine. */
export async function listLocalLogs({ controller }: Pick<Endpoints, 'controller'>): Promise<readonly string[]> {
  if (!controller.every((address) => local.test(address))) return [];
  return findLogFolder(undefined).then(
    ({ services }) => services,
    () => [],
  );
}
