// The process of a service: configuration, logs, traces, signals and exit code.

import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { errorText, systemClock, systemRng, type Clock, type Rng } from '@pareto/core';
import { createLogger, type Logger, type Tracer } from '@pareto/telemetry';
import type { ServiceRole } from '@pareto/rpc';
import type { Access } from './access/access.js';
import { checkBind, type CommonConfig } from './flags/common-flags.js';
import { ignoredFlags, loadConfig, printableConfig, processSources, type ConfigDefinition } from './flags/config.js';
import { createLifecycle, type Lifecycle } from './lifecycle/lifecycle.js';
import { createRunGroup, type Runnable } from './lifecycle/run-group.js';
import { stopOnSignals, stopWithSupervisor } from './lifecycle/stop-on-signals.js';
import { openAccess } from './access/open-access.js';
import { openTracer } from './traces/open-tracer.js';

/** Dependencies that all parts of a service share. */
export interface ServiceContext {
  readonly logger: Logger;
  readonly tracer: Tracer;
  readonly lifecycle: Lifecycle;
  readonly clock: Clock;
  readonly rng: Rng;
  /** Authentication to other services and of callers. */
  readonly access: Access;
  /** Beginning of the names of the flags that another role of this process has too. Undefined if no other role has them. */
  readonly flagPrefix?: string;
}

export interface ServiceOptions<C extends CommonConfig, R extends ServiceRole> {
  /**
   * Roles of the process. If there are several, the folder --certs has a subfolder for each, and the names of those flags
   * that each needs a value of begin with the role, except for the first.
   */
  readonly roles: readonly [R, ...R[]];
  readonly config: ConfigDefinition<C>;
  /** Creates the parts, in the order in which they start, from a context for each role. */
  readonly create: (config: Readonly<C>, contexts: Readonly<Record<R, ServiceContext>>) => Promise<readonly Runnable[]>;
}

const exposed =
  'INSECURE: without TLS every client that reaches this port can read, change and delete everything: use --certs';

/**
 * Growth of the heap until the next full garbage collection, in percent of what is live, of services that payloads pass
 * through. V8 counts their buffers as heap, and the live heap is small, so that V8's own choice collects garbage up to
 * four times per second.
 */
const heapGrowthPercent = 400;

/** Time beyond the drain timeout that parts have to stop. */
const graceMs = 2_000;

/**
 * Runs a service until SIGTERM or SIGINT, until its supervisor has exited (`supervised`), or until a part fails. A second
 * signal exits immediately. Prints the reason of a failed start as one line on standard error. Exits the process with 0
 * after a clean stop, otherwise with 1.
 */
export async function runService<C extends CommonConfig, R extends ServiceRole>(
  options: ServiceOptions<C, R>,
): Promise<void> {
  const { name } = options.config;
  if (!options.roles.some((role) => role === 'controller'))
    setFlagsFromString(`--heap-growing-percent=${heapGrowthPercent}`);
  try {
    const loaded = loadConfig(options.config, processSources());
    if (loaded.kind === 'help') return void process.stdout.write(loaded.text);
    await serve(options, loaded.config);
    process.exit(0);
  } catch (error) {
    process.stderr.write(`${name}: ${errorText(error)}\n`);
    process.exit(1);
  }
}

async function serve<C extends CommonConfig, R extends ServiceRole>(
  options: ServiceOptions<C, R>,
  config: Readonly<C>,
): Promise<void> {
  const isExposed = checkBind(config);
  const [role] = options.roles;
  const logger = loggerOf(role, config);
  const lifecycle = createLifecycle(logger);
  exitOnDefect(logger);
  logWarnings(logger);
  if (isExposed) logger.warn(exposed, { host: config.host });
  for (const { name } of ignoredFlags(options.config, config)) logger.warn(`--${name} has no effect; remove it`);
  const contexts: Partial<Record<R, ServiceContext>> = {};
  const runnables: Runnable[] = [];
  for (const each of options.roles) {
    const certs = options.roles.length > 1 && config.certs !== undefined ? join(config.certs, each) : config.certs;
    const own = await createContext(each, { ...config, certs }, lifecycle);
    contexts[each] = each === role ? own.context : { ...own.context, flagPrefix: `${each}-` };
    runnables.push(...own.runnables);
  }
  runnables.push(...(await options.create(config, contexts as Record<R, ServiceContext>)));
  const { lameDuckMs } = config;
  const stopTimeoutMs = config.drainTimeoutMs + graceMs;
  const group = createRunGroup(runnables, { lifecycle, logger, clock: systemClock, lameDuckMs, stopTimeoutMs });
  stopOnSignals(group, logger);
  if (config.supervised) stopWithSupervisor(group, logger);
  await group.start();
  logger.info('started', { config: printableConfig(options.config, config) });
  await group.finished;
}

/** Creates what the parts of one role share, and the parts that it needs. */
async function createContext(
  role: ServiceRole,
  config: Readonly<CommonConfig>,
  lifecycle: Lifecycle,
): Promise<{ readonly context: ServiceContext; readonly runnables: readonly Runnable[] }> {
  const logger = loggerOf(role, config);
  const tracer = await openTracer(role, config, { env: processSources().env, logger, clock: systemClock });
  const { access, certificates } = await openAccess(config, { role, clock: systemClock, logger });
  const flush = { name: 'traces', start: async () => {}, stop: () => tracer.shutdown() };
  return {
    context: { logger, tracer, lifecycle, clock: systemClock, rng: systemRng, access },
    runnables: [flush, ...certificates],
  };
}

const loggerOf = (service: ServiceRole, { logLevel, logFormat }: CommonConfig): Logger =>
  createLogger({ service, level: logLevel, format: logFormat });

/** Logs the warnings of Node, in place of its own lines, which are not JSON. */
function logWarnings(logger: Logger): void {
  process.removeAllListeners('warning');
  process.on('warning', (warning: Error & { readonly code?: string }) => {
    const { name, code, message: text } = warning;
    logger.warn('warning of Node', { name, code, text });
  });
}

/** Exits on an unhandled error, since the state of the process can't be trusted after it. */
function exitOnDefect(logger: Logger): void {
  const onDefect = (error: unknown): void => {
    logger.error('unhandled error', { error });
    process.exit(1);
  };
  process.on('uncaughtException', onDefect);
  process.on('unhandledRejection', onDefect);
}
