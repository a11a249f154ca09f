// A router without queries: it keeps the table, and reports synthetic demand every second.

import { milliseconds, systemClock } from '@pareto/core';
import type { wire } from '@pareto/protocol';
import { serviceDefinition } from '../../packages/protocol/src/messages/protos.js';
import { watchRoutes, type Controllers } from './sessions.js';

export interface SimulatedRouter {
  readonly connected: boolean;
  /** Number of replicas in its table. */
  readonly replicas: number;
  /** Number of variants with a replica in its table. */
  readonly variants: number;
  readonly traffic: Traffic;
  start(): Promise<void>;
}

interface Traffic {
  readonly deltas: number;
  readonly deltaBytes: number;
  readonly snapshots: number;
  /** Size of the last snapshot. */
  readonly snapshotBytes: number;
}

/** Items per second of clients that name each variant, for which all variants together have a little more than 2,000 replicas. */
const itemsPerSecond = 88;

/** Creates a router. With `countsTraffic`, it counts the received messages and bytes. */
export function createSimulatedRouter(id: string, controllers: Controllers, countsTraffic: boolean): SimulatedRouter {
  const rows = new Map<string, wire.TableRow>();
  const traffic = { deltas: 0, deltaBytes: 0, snapshots: 0, snapshotBytes: 0 };
  let version = { epoch: '', revision: 0 };

  const session = watchRoutes(controllers, {
    hello: ({ acceptFollower }) => ({
      message: 'hello',
      hello: { routerId: id, address: '127.0.0.1:9', acceptFollower, ...version },
    }),
    onMessage(message) {
      if (message.heartbeat) return;
      const { epoch, revision, snapshot, removed } = message;
      version = { epoch, revision };
      if (snapshot) rows.clear();
      for (const row of message.rows) rows.set(row.key, row);
      for (const key of removed) rows.delete(key);
      if (countsTraffic) countMessage(message);
    },
  });

  function countMessage(message: wire.TableMessage): void {
    const bytes = tableMessageBytes(message);
    if (message.snapshot) {
      traffic.snapshots += 1;
      traffic.snapshotBytes = bytes;
    } else {
      traffic.deltas += 1;
      traffic.deltaBytes += bytes;
    }
  }
  function demand(): wire.DemandInput {
    const entries = [...rows.values()].flatMap(({ variant }): readonly wire.DemandEntryInput[] => {
      if (!variant) return [];
      const counts = { offeredItems: itemsPerSecond, requests: itemsPerSecond, items: itemsPerSecond };
      const itemsByVariant = { [variant.variant]: itemsPerSecond };
      return [{ tenant: 'default', target: variant.variant, objective: { latencyMs: 100 }, ...counts, itemsByVariant }];
    });
    return { windowMs: 1_000, entries };
  }
  function tick(): void {
    systemClock.after(milliseconds(1_000), tick);
    if (session.connected) session.send({ message: 'demand', demand: demand() });
  }

  return {
    get connected() {
      return session.connected;
    },
    get replicas() {
      return [...rows.values()].filter(({ replica }) => replica).length;
    },
    get variants() {
      return new Set([...rows.values()].flatMap(({ replica }) => replica?.variant ?? [])).size;
    },
    traffic,
    async start() {
      await session.start((error) => process.stderr.write(`${id}: ${String(error)}\n`));
      tick();
    },
  };
}

const watch = serviceDefinition('pareto.v1.Routes')['Watch'];

/** Returns the encoded size of a message. */
function tableMessageBytes(message: wire.TableMessage): number {
  if (watch === undefined) throw new Error('the protos have no Routes.Watch');
  return watch.responseSerialize(message).length;
}
