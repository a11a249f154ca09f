// The routing table of now: streamed from a controller, kept when none answers.

import { milliseconds, type Clock, type Rng, type RoutingTable, type WorkerId } from '@pareto/core';
import { createClient, type wire } from '@pareto/rpc';
import { createSession, type Access, type Runnable, type Session } from '@pareto/service';
import type { Logger } from '@pareto/telemetry';
import { startStalenessLog } from './staleness-log.js';
import { createTableRows } from './table-rows.js';

export interface TableClientOptions {
  readonly controllers: readonly string[];
  readonly routerId: string;
  /** host:port that other routers call; asked for at each connection. */
  readonly address: () => string;
  readonly access: Access;
  readonly onTable: (table: RoutingTable) => void;
  readonly clock: Clock;
  readonly rng: Rng;
  readonly logger: Logger;
}

export interface TableClient extends Runnable {
  /** Undefined until the first snapshot. */
  readonly table: RoutingTable | undefined;
  /** A controller answers on the present stream. */
  readonly connected: boolean;
  /** Why none does; undefined while one does. */
  readonly problem: string | undefined;
  /** Since a controller was last heard; since the start when none was. */
  readonly controllerAgeMs: number;
  /** For how long the table may have been out of date: since a controller was heard, and it of its store. */
  readonly ageMs: number;
  /** No controller answers, or the table may have been out of date for more than a few seconds. */
  readonly stale: boolean;
  /** False when there is no controller to take it now. */
  sendDemand(demand: wire.DemandInput): boolean;
  /** Tells the controller that a worker does not answer. */
  reportLost(worker: WorkerId): void;
}

/** A controller is heard each second, and hears its store as often. */
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
    if (message.heartbeat) ({ storeAgeMs } = message);
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
