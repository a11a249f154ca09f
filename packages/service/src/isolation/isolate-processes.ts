// Isolation of the processes of a service that handle models and clients' data: its flags, and what its start reports.

import { ParetoError, type Clock, type ErrorCode } from '@pareto/core';
import {
  namedUsers,
  openIsolation,
  type IsolationOptions,
  type MissingProtection,
  type OpenedIsolation,
} from '@pareto/isolation';
import type { Logger } from '@pareto/telemetry';
import type { CommonConfig } from '../flags/common-flags.js';
import type { FlagValues } from '../flags/flag-table.js';
import { limitWarnings } from '../limits/limited-log.js';

/** Flags of the services that start such processes. */
export const isolationFlags = {
  executorUid: {
    kind: 'integer',
    min: 1,
    max: 65_000,
    default: 60_608,
    help: 'first of 512 user ids for processes that handle models, one for each, if this service runs as root; all services of a host may have the same',
  },
  requireIsolation: {
    kind: 'boolean',
    default: false,
    help: 'refuse to start if these processes cannot be isolated: each as another user, without privileges or network; and start none that would share its user id',
  },
} as const;

type IsolationConfig = FlagValues<typeof isolationFlags> & Pick<CommonConfig, 'certs' | 'clusterTokenFile'>;

export interface IsolateOptions extends Omit<IsolationOptions, 'firstUserId' | 'onShared' | 'secrets'> {
  /** Secrets besides the certificates and the token, of which some may not be configured. */
  readonly secrets: readonly (string | undefined)[];
  readonly logger: Logger;
  readonly clock: Clock;
  /** Opens the isolation. */
  readonly open?: (options: IsolationOptions) => Promise<OpenedIsolation>;
}

/**
 * Opens the isolation of the processes that a service starts, and logs what the host lacks for it. Throws
 * `invalid-argument` if this service runs as root, and users of the host have some of the ids, whose files processes could read.
 * Throws `failed-precondition` if isolation is required and incomplete. If it is required, a later start of a process throws
 * `resource-exhausted` while no user id is free.
 */
export async function isolateProcesses(
  { executorUid, requireIsolation, certs, clusterTokenFile }: IsolationConfig,
  { logger, clock, open = openIsolation, ...options }: IsolateOptions,
): Promise<OpenedIsolation> {
  checkUsers(executorUid);
  const secrets = [certs, clusterTokenFile, ...options.secrets].filter((file) => file !== undefined);
  const warn = limitWarnings(logger, clock);
  const onMissing = (missing: readonly MissingProtection[], code: ErrorCode): void => {
    if (requireIsolation) throw notIsolated(missing, code);
    warn('processes are not fully isolated', { missing });
  };
  const onShared = (missing: readonly MissingProtection[]): void => onMissing(missing, 'resource-exhausted');
  const isolation = await open({ ...options, secrets, firstUserId: executorUid, onShared });
  const { missing } = isolation;
  if (missing.length === 0) logger.info('processes are isolated', { firstUserId: executorUid });
  else onMissing(missing, 'failed-precondition');
  return isolation;
}

function checkUsers(executorUid: number): void {
  const [user] = process.geteuid?.() === 0 ? namedUsers(executorUid) : [];
  if (user === undefined) return;
  throw new ParetoError(
    'invalid-argument',
    `--executor-uid ${executorUid}: user ${user} of this host has one of its 512 ids, as which models would run; pass the first of 512 ids that no user has`,
  );
}

function notIsolated(missing: readonly MissingProtection[], code: ErrorCode): ParetoError {
  const list = missing.map(({ protection, reason, advice }) => `${protection} (${reason}): ${advice}`).join('; ');
  return new ParetoError(
    code,
    `this host cannot isolate the processes that handle models as --require-isolation demands. Missing: ${list}. Or start without --require-isolation`,
  );
}
