// The routing table of now: streamed from a controller, kept when none answers.

import type { Clock, Rng, RoutingTable } from '@pareto/core';
import { createClient, type wire } from '@pareto/rpc';
import { createSession, type Access, type Runnable } from '@pareto/service';
import type { Logger } from '@pareto/telemetry';
import { buildTable } from './build-table.js';
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
  /** Since a controller was last heard, in ms; 0 while connected. */
  readonly ageMs: number;
  /** False when there is no controller to take it now. */
  sendDemand(demand: wire.DemandInput): boolean;
}

/** Controllers say something at least once a second. */
const silenceMs = 10_000;

export function createTableClient(options: TableClientOptions): TableClient {
  const { clock, logger } = options;
  const rows = createTableRows();
  let table: RoutingTable | undefined;

  function onMessage(message: wire.TableMessage): void {
    if (!rows.apply(message) || rows.version === undefined) return;
    table = buildTable(rows.version, rows.rows.values());
    logger.debug('table', { ...table.version, replicas: table.replicas.length });
    options.onTable(table);
  }
  const session = createSession<wire.TableMessage, wire.RouterMessageInput>({
    addresses: options.controllers,
    open: (channel, callOptions) => createClient(channel, 'pareto.v1.Routes').watch(callOptions),
    hello: () => ({
      message: 'hello',
      hello: { routerId: options.routerId, address: options.address(), ...rows.version },
    }),
    onMessage,
    channel: options.access.channel('controller'),
    silenceMs,
    clock,
    rng: options.rng,
    logger,
  });
  return {
    name: session.name,
    start: (fail) => session.start(fail),
    stop: () => session.stop(),
    get table() {
      return table;
    },
    get connected() {
      return session.connected;
    },
    get ageMs() {
      return session.connected ? 0 : clock.now() - (session.lastHeardAt ?? clock.now());
    },
    sendDemand: (demand) => session.send({ message: 'demand', demand }),
  };
}
