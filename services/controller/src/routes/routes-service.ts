// The sessions of routers, which receive the routing table and send demand.

import {
  milliseconds,
  ParetoError,
  workerId,
  type Clock,
  type TableVersion,
  type WorkerId,
  type WorkerInfo,
} from '@pareto/core';
import type { DemandWindow } from '@pareto/policy';
import type { wire } from '@pareto/protocol';
import type { DuplexStream, ServerCall, ServiceHandlers } from '@pareto/rpc';
import type { Logger } from '@pareto/telemetry';
import type { Leader } from '../leadership/leadership.js';
import { createWakeSignal, createNotifier } from '../loops/notifier.js';
import { demandFromWire } from './demand-from-wire.js';
import { mustRedirect, mayServeRouter, type LeadershipStatus, type RouterSession } from './router-session.js';
import type { TableLog } from './table-log.js';
import type { TableRows } from './table-rows.js';

export interface Routes {
  readonly handlers: ServiceHandlers<'pareto.v1.Routes'>;
  /** Requests an update of the table, at most every 100 ms. */
  readonly touch: () => void;
  /** Updates the table immediately. Returns its version. */
  readonly update: () => TableVersion;
  /** Checks all sessions again, because routers may have to reconnect to another controller. */
  readonly leadershipChanged: () => void;
  /** Updates the table until the signal aborts. */
  run(signal: AbortSignal): Promise<void>;
  readonly routers: () => readonly wire.RouterInfoInput[];
  /** Returns whether routers keep the table of another store at the moment, because this one has nothing registered. */
  readonly keepsOtherTables: () => boolean;
}

export interface RoutesOptions {
  readonly table: TableLog;
  readonly leader: Pick<Leader, 'term' | 'elsewhere' | 'notLeaderError'>;
  readonly demand: DemandWindow;
  readonly rows: (routers: readonly wire.RouterInfoInput[]) => TableRows;
  /** Returns whether the mirror is complete and the plan is settled. Otherwise the table stays unchanged. */
  readonly ready: () => boolean;
  /** Returns whether a router must keep its table of this epoch: that of another store, while nothing is registered in this one. */
  readonly isOther: (tableEpoch: string) => boolean;
  /** Called when queries are held for a cold variant for which no query was held before. */
  readonly onHeld: () => void;
  /** Called when a router reports that a worker is unreachable. */
  readonly onWorkerLost: (worker: WorkerId) => void;
  /** Returns whether `onWorkersReached` may change anything. Routers report only then. */
  readonly usesReach: () => boolean;
  /** Called every second with the processes of workers that answered a router lately. */
  readonly onWorkersReached: (processes: readonly Pick<WorkerInfo, 'id' | 'incarnation'>[]) => void;
  /** Time since the last response of the store. */
  readonly storeAgeMs: () => number;
  /** Aborts when the controller drains, which ends all streams. */
  readonly draining: AbortSignal;
  readonly clock: Clock;
  readonly logger: Logger;
}

const coalesceMs = milliseconds(100);
const heartbeatMs = 1_000;
/** Interval of updates without `touch`, as a safety net. */
const recheckMs = 5_000;
/** Maximum age of the table while no router is connected. The first router that joins gets an updated table. */
const unwatchedMs = 1_000;
/** Time after which a router that keeps the table of another store has tried again. */
const otherMs = 30_000;

type RouterStream = DuplexStream<wire.RouterMessage, wire.TableMessageInput>;

export function createRoutes(options: RoutesOptions): Routes {
  const { table, clock } = options;
  const wakeSignal = createWakeSignal(clock);
  const changed = createNotifier(clock);
  const routers = new Map<object, wire.RouterInfoInput>();

  const list = (): readonly wire.RouterInfoInput[] => [
    ...new Map([...routers.values()].map((router) => [router.routerId, router])).values(),
  ];
  let other = { epoch: '', at: -Infinity };
  const refuse = (router: string, epoch: string): ParetoError => {
    other = { epoch, at: clock.now() };
    options.logger.error('router keeps the table of another store: this one is empty', { router });
    return new ParetoError(
      'unavailable',
      'nothing is registered in this store, which is not that of your table: keep it',
    );
  };
  let refreshedAt = -Infinity;
  const refresh = (): void => {
    refreshedAt = clock.now();
    const isUpdated = options.ready() && table.update(options.rows(list()));
    // Routers report when a heartbeat asks for it: a worker that has left may be gone before the next one is due.
    if (isUpdated || options.usesReach()) changed.notify();
  };
  const join = ({ routerId, address }: wire.RouterHello): Disposable => {
    const session = {};
    routers.set(session, { routerId, address });
    if (table.isEmpty || routers.size === 1) refresh();
    wakeSignal.wake();
    return {
      [Symbol.dispose]() {
        routers.delete(session);
        wakeSignal.wake();
      },
    };
  };

  return {
    handlers: { watch: (stream, call) => serveRouter(options, { stream, call, changed, join, refuse }) },
    touch: wakeSignal.wake,
    update() {
      refresh();
      return table.version;
    },
    leadershipChanged: () => changed.notify(),
    async run(signal) {
      while (!signal.aborted) {
        if (routers.size > 0 || clock.now() - refreshedAt >= unwatchedMs) refresh();
        await clock.sleep(coalesceMs, signal).catch(() => undefined);
        await wakeSignal.wait(recheckMs, signal);
      }
    },
    routers: list,
    keepsOtherTables: () => clock.now() - other.at < otherMs && options.isOther(other.epoch),
  };
}

interface Serving {
  readonly stream: RouterStream;
  readonly call: ServerCall;
  readonly changed: ReturnType<typeof createNotifier>;
  /** Adds the router to the table's list of routers, until disposed. */
  readonly join: (hello: wire.RouterHello) => Disposable;
  /** Notes that a router keeps the table of another store. Returns the error. */
  readonly refuse: (router: string, epoch: string) => ParetoError;
}

async function serveRouter(options: RoutesOptions, { stream, call, changed, join, refuse }: Serving): Promise<void> {
  const { table, leader, clock, logger } = options;
  const messages = stream[Symbol.asyncIterator]();
  const hello = await readHello(messages);
  const { routerId: router, address, acceptFollower } = hello;
  if (!mayServeRouter(acceptFollower, leadershipStatusOf(options))) throw leader.notLeaderError();
  if (!options.ready() && table.isEmpty) throw noTable();
  if (options.isOther(hello.epoch)) throw refuse(router, hello.epoch);
  const session: RouterSession = { acceptFollower, since: clock.now(), leaderThen: leader.elsewhere };
  const ended = new AbortController();
  const signal = AbortSignal.any([call.signal, options.draining, ended.signal]);
  logger.info('router joined', { router, address, acceptFollower });
  const joined = join(hello);
  try {
    void readRouter(messages, router, options).finally(() => ended.abort());
    await sendTable(options, { stream, session, changed, signal }, resumePoint(hello));
  } finally {
    joined[Symbol.dispose]();
    logger.info('router left', { router });
  }
}

const leadershipStatusOf = ({ leader, storeAgeMs }: RoutesOptions): LeadershipStatus => ({
  leads: leader.term !== undefined,
  elsewhere: leader.elsewhere,
  storeAgeMs: storeAgeMs(),
});

const noTable = (): ParetoError =>
  new ParetoError('unavailable', 'this controller has no table yet: keep the current table and retry');

async function readHello(messages: AsyncIterator<wire.RouterMessage>): Promise<wire.RouterHello> {
  const first = await messages.next();
  const hello = first.done === true ? undefined : first.value.hello;
  if (hello === undefined || hello === null)
    throw new ParetoError('invalid-argument', 'the first message must be a hello');
  return hello;
}

const resumePoint = ({ epoch, revision }: wire.RouterHello): TableVersion | undefined =>
  epoch === '' ? undefined : { epoch, revision };

/** Reads a router's messages until its stream ends. Only the leader uses them. */
async function readRouter(
  messages: AsyncIterator<wire.RouterMessage>,
  router: string,
  { leader, demand, onHeld, onWorkerLost, onWorkersReached, clock, logger }: RoutesOptions,
): Promise<void> {
  try {
    for (let next = await messages.next(); next.done !== true; next = await messages.next()) {
      if (leader.term === undefined) continue;
      const { demand: update, workerLost, workerReach } = next.value;
      if (update && demand.add(router, demandFromWire(update), clock.now())) onHeld();
      if (workerLost) onWorkerLost(workerId(workerLost.workerId));
      if (workerReach) onWorkersReached(workerReach.workers.map(processFromWire));
    }
  } catch (error) {
    logger.debug('router stream broke', { router, error });
  }
}

const processFromWire = (reached: wire.ReachedWorker): Pick<WorkerInfo, 'id' | 'incarnation'> => ({
  id: workerId(reached.workerId),
  incarnation: reached.incarnation,
});

interface Sending {
  readonly stream: RouterStream;
  readonly session: RouterSession;
  readonly changed: ReturnType<typeof createNotifier>;
  readonly signal: AbortSignal;
}

/**
 * Sends the table and its changes, all changes since the last write in one message. Throws `notLeaderError()` when the
 * router must reconnect to another controller.
 */
async function sendTable(
  options: RoutesOptions,
  { stream, session, changed, signal }: Sending,
  resume: TableVersion | undefined,
): Promise<void> {
  const { table, leader, clock } = options;
  const isReachUnused = (): boolean => leader.term === undefined || !options.usesReach();
  let at = resume;
  while (!signal.aborted) {
    if (mustRedirect(session, leadershipStatusOf(options), clock.now())) throw leader.notLeaderError();
    const message = table.since(at);
    at = table.version;
    if (message !== undefined) await stream.write(message);
    const reachUnused = isReachUnused();
    await stream.write({ ...at, heartbeat: true, storeAgeMs: Math.round(options.storeAgeMs()), reachUnused });
    if (table.since(at) === undefined && isReachUnused() === reachUnused) await changed.wait(heartbeatMs, signal);
  }
}
