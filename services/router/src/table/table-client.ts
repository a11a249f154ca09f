// Receives the routing table from a controller, and keeps the last one while no controller is connected.

import { milliseconds, type Clock, type Rng, type RoutingTable, type WorkerId } from '@pareto/core';
import { type wire } from '@pareto/protocol';
import { createClient } from '@pareto/rpc';
import { createSession, type Access, type Runnable, type Session } from '@pareto/service';
import type { Logger } from '@pareto/telemetry';
import { createReachReporter } from './reach-reporter.js';
import { startStalenessLog } from './staleness-log.js';
import { createTableRows } from './table-rows.js';
import type { WorkerProcess } from '../workers/watched-worker.js';

export interface TableClientOptions {
  readonly controllers: readonly string[];
  readonly routerId: string;
  /** Returns the host:port that other routers call. Evaluated for each connection. */
  readonly address: () => string;
  readonly access: Access;
  readonly onTable: (table: RoutingTable) => void;
  /** Returns the processes of workers that answered this router lately. */
  readonly reached: () => readonly WorkerProcess[];
  readonly clock: Clock;
  readonly rng: Rng;
  readonly logger: Logger;
}

export interface TableClient extends Runnable {
  /** The current table. Undefined until the first snapshot. */
  readonly table: RoutingTable | undefined;
  /** Indicates whether a controller has responded on the current stream. */
  readonly connected: boolean;
  /** Reason why no controller is connected. Undefined while one is. */
  readonly problem: string | undefined;
  /** Time since the last message of a controller, or since the start if there was none. */
  readonly controllerAgeMs: number;
  /** Time for which the table may be out of date: the age of the controller's last message plus that of its store's. */
  readonly ageMs: number;
  /** Indicates that no controller is connected, or that the table may have been out of date for more than 5 s. */
  readonly stale: boolean;
  /** Returns false if the demand could not be sent now. */
  sendDemand(demand: wire.DemandInput): boolean;
  /** Reports to the controller that a worker is unresponsive. */
  reportLost(worker: WorkerId): void;
}

/** Limit for `ageMs`. Controllers send a heartbeat every second, and the store sends them one equally often. */
const staleAfterMs = 5_000;
/** Attempts to report a lost worker: the session rejects a message while its send buffer is full. */
const maxReportAttempts = 5;
const reportRetryMs = milliseconds(50);

export function createTableClient(options: TableClientOptions): TableClient {
  const { clock, logger } = options;
  const rows = createTableRows();
  let table: RoutingTable | undefined;
  let storeAgeMs = 0;

  function onMessage(message: wire.TableMessage): void {
    if (message.heartbeat) {
      ({ storeAgeMs } = message);
      reach.use(!message.reachUnused);
    }
    const next = rows.apply(message);
    if (next === undefined) return;
    table = next;
    logger.debug('table', { ...table.version, replicas: table.replicas.length });
    options.onTable(table);
  }
  const session = createSession<wire.TableMessage, wire.RouterMessageInput>({
    addresses: options.controllers,
    target: 'any',
    open: (channel, callOptions) => createClient(channel, 'pareto.v1.Routes').watch(callOptions),
    hello: ({ acceptFollower }) => ({
      message: 'hello',
      hello: { routerId: options.routerId, address: options.address(), acceptFollower, ...rows.version },
    }),
    onMessage,
    channel: options.access.channel('controller'),
    clock,
    rng: options.rng,
    logger,
  });
  const reach = createReachReporter({
    report() {
      const workers = options.reached().map(({ id, incarnation }) => ({ workerId: id, incarnation }));
      session.send({ message: 'workerReach', workerReach: { workers } });
    },
    clock,
  });
  const ageMs = (): number => session.ageMs + storeAgeMs;
  let stalenessLog: Disposable | undefined;
  return {
    name: session.name,
    async start(fail) {
      const facts = (): Record<string, unknown> => ({
        controller: session.address,
        problem: session.problem,
        storeAgeMs,
      });
      stalenessLog = startStalenessLog({ ageMs, staleAfterMs, facts, clock, logger });
      await session.start(fail);
    },
    async stop() {
      stalenessLog?.[Symbol.dispose]();
      await session.stop();
      reach[Symbol.dispose]();
    },
    get table() {
      return table;
    },
    get connected() {
      return session.connected;
    },
    get problem() {
      return session.problem;
    },
    get controllerAgeMs() {
      return session.ageMs;
    },
    get ageMs() {
      return ageMs();
    },
    get stale() {
      return !session.connected || ageMs() > staleAfterMs;
    },
    sendDemand: (demand) => session.send({ message: 'demand', demand }),
    reportLost: (worker) => reportLost(session, worker, clock),
  };
}

function reportLost(
  session: Pick<Session<wire.RouterMessageInput>, 'send'>,
  worker: WorkerId,
  clock: Clock,
  attempts = maxReportAttempts,
): void {
  if (attempts === 0 || session.send({ message: 'workerLost', workerLost: { workerId: worker } })) return;
  clock.after(reportRetryMs, () => reportLost(session, worker, clock, attempts - 1));
}
