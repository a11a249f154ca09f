// Routers' sessions: the routing table goes down, demand comes up.

import { milliseconds, ParetoError, type Clock, type TableVersion } from '@pareto/core';
import type { DuplexStream, ServerCall, ServiceHandlers, wire } from '@pareto/rpc';
import type { Logger } from '@pareto/telemetry';
import type { DemandBook } from './demand-book.js';
import { createDoorbell, createNotifier } from './notifier.js';
import type { TableLog } from './table-log.js';
import type { TableRows } from './table-rows.js';

export interface Routes {
  readonly handlers: ServiceHandlers<'pareto.v1.Routes'>;
  /** Rows may have changed: they are looked at again, at most every 100 ms. */
  readonly touch: () => void;
  /** Keeps the table up to date until the signal aborts. */
  run(signal: AbortSignal): Promise<void>;
  readonly routers: () => readonly wire.RouterInfoInput[];
}

export interface RoutesOptions {
  readonly table: TableLog;
  readonly demand: DemandBook;
  readonly rows: (routers: readonly wire.RouterInfoInput[]) => TableRows;
  /** False until the store was read: no table is given before. */
  readonly synced: () => boolean;
  /** Queries wait for a cold variant that nobody waited for before. */
  readonly onHeld: () => void;
  /** Aborts when the controller drains: streams end. */
  readonly draining: AbortSignal;
  readonly clock: Clock;
  readonly logger: Logger;
}

const coalesceMs = 100;
const heartbeatMs = 1_000;
/** Rows change with time too: a worker that was awaited is gone. */
const recheckMs = 500;

type RouterStream = DuplexStream<wire.RouterMessage, wire.TableMessageInput>;

export function createRoutes(options: RoutesOptions): Routes {
  const { table, clock, logger, draining } = options;
  const bell = createDoorbell(clock);
  const changed = createNotifier(clock);
  const routers = new Map<object, wire.RouterInfoInput>();

  const list = (): readonly wire.RouterInfoInput[] => [
    ...new Map([...routers.values()].map((router) => [router.routerId, router])).values(),
  ];
  const refresh = (): void => {
    if (table.update(options.rows(list()))) changed.notify();
  };

  return {
    handlers: {
      async watch(stream: RouterStream, call: ServerCall) {
        if (!options.synced()) throw new ParetoError('unavailable', 'this controller has no table yet: try again');
        const messages = stream[Symbol.asyncIterator]();
        const hello = await readHello(messages);
        const { routerId, address } = hello;
        const session = {};
        const ended = new AbortController();
        const signal = AbortSignal.any([call.signal, draining, ended.signal]);
        routers.set(session, { routerId, address });
        logger.info('router joined', { router: routerId, address });
        refresh();
        try {
          void readDemand(messages, routerId, options).finally(() => ended.abort());
          await sendTable(stream, resumePoint(hello), { table, changed, signal });
        } finally {
          routers.delete(session);
          logger.info('router left', { router: routerId });
          bell.ring();
        }
      },
    },
    touch: bell.ring,
    async run(signal) {
      while (!signal.aborted) {
        if (options.synced()) refresh();
        await clock.sleep(milliseconds(coalesceMs), signal).catch(() => undefined);
        await bell.wait(recheckMs, signal);
      }
    },
    routers: list,
  };
}

async function readHello(messages: AsyncIterator<wire.RouterMessage>): Promise<wire.RouterHello> {
  const first = await messages.next();
  const hello = first.done === true ? undefined : first.value.hello;
  if (hello === undefined || hello === null)
    throw new ParetoError('invalid-argument', 'the first message must be a hello');
  return hello;
}

const resumePoint = ({ epoch, revision }: wire.RouterHello): TableVersion | undefined =>
  epoch === '' ? undefined : { epoch, revision };

async function readDemand(
  messages: AsyncIterator<wire.RouterMessage>,
  router: string,
  { demand, onHeld, clock, logger }: RoutesOptions,
): Promise<void> {
  try {
    for (let next = await messages.next(); next.done !== true; next = await messages.next()) {
      if (next.value.demand && demand.add(router, next.value.demand, clock.now())) onHeld();
    }
  } catch (error) {
    logger.debug('router stream broke', { router, error });
  }
}

interface Sending {
  readonly table: TableLog;
  readonly changed: ReturnType<typeof createNotifier>;
  readonly signal: AbortSignal;
}

/** A slow router gets what has changed meanwhile in one message. */
async function sendTable(stream: RouterStream, resume: TableVersion | undefined, sending: Sending): Promise<void> {
  const { table, changed, signal } = sending;
  let at = resume;
  while (!signal.aborted) {
    const message = table.since(at);
    at = table.version;
    await stream.write(message ?? { ...at, heartbeat: true });
    if (table.since(at) === undefined) await changed.wait(heartbeatMs, signal);
  }
}
