// A router without queries: it holds the table, and says each second what was asked of it.

import { milliseconds, systemClock } from '@pareto/core';
import type { wire } from '@pareto/rpc';
import { serviceDefinition } from '../../packages/rpc/src/calls/protos.js';
import { watchRoutes, type Controllers } from './sessions.js';

export interface SimulatedRouter {
  readonly connected: boolean;
  /** Rows of replicas in the table that it holds. */
  readonly replicas: number;
  readonly traffic: Traffic;
  start(): Promise<void>;
}

interface Traffic {
  readonly deltas: number;
  readonly deltaBytes: number;
  readonly snapshots: number;
  /** Of the last one. */
  readonly snapshotBytes: number;
}

/** Items a second of each of a task's variants. */
const itemsPerSecond = 80;

/** With `weighs` it counts the bytes of what comes. */
export function createSimulatedRouter(id: string, controllers: Controllers, weighs: boolean): SimulatedRouter {
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
      if (weighs) weigh(message);
    },
  });

  function weigh(message: wire.TableMessage): void {
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
    const byTask = new Map<string, string[]>();
    const tasks = new Map<string, string>();
    for (const { architecture } of rows.values()) if (architecture) tasks.set(architecture.name, architecture.task);
    for (const { variant } of rows.values()) {
      const task = variant && tasks.get(variant.architecture);
      if (task) byTask.set(task, [...(byTask.get(task) ?? []), variant.variant]);
    }
    const entries = Array.from(byTask, ([target, variants]): wire.DemandEntryInput => {
      const items = itemsPerSecond * variants.length;
      const itemsByVariant = Object.fromEntries(variants.map((variant) => [variant, itemsPerSecond]));
      return { tenant: 'default', target, objective: { latencyMs: 100 }, requests: items, items, itemsByVariant };
    });
    return { windowMs: 1_000, entries };
  }
  function turn(): void {
    systemClock.after(milliseconds(1_000), turn);
    if (session.connected) session.send({ message: 'demand', demand: demand() });
  }

  return {
    get connected() {
      return session.connected;
    },
    get replicas() {
      return [...rows.values()].filter(({ replica }) => replica).length;
    },
    traffic,
    async start() {
      await session.start((error) => process.stderr.write(`${id}: ${String(error)}\n`));
      turn();
    },
  };
}

const watch = serviceDefinition('pareto.v1.Routes')['Watch'];

/** On the wire. */
function tableMessageBytes(message: wire.TableMessage): number {
  if (watch === undefined) throw new Error('the protos have no Routes.Watch');
  return watch.responseSerialize(message).length;
}
