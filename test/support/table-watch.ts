// The routing table of a controller, received by a test like a router.

import { tokenKey, type wire } from '@pareto/protocol';
import { createChannel, createClient } from '@pareto/rpc';
import type { Cluster } from './cluster.js';
import type { ServiceProcess } from './service-process.js';

export interface TableWatch extends Disposable {
  readonly rows: ReadonlyMap<string, wire.TableRow>;
  /** Returns the number of a worker's replicas in the table. */
  replicasOf(worker: string): number;
}

/** Starts the stream, and resolves when the table has arrived. */
export async function watchTable({ token }: Cluster, { address }: ServiceProcess): Promise<TableWatch> {
  const channel = createChannel(address, { metadata: { [tokenKey]: token } });
  const ended = new AbortController();
  const stream = createClient(channel, 'pareto.v1.Routes').watch({ signal: ended.signal });
  const rows = new Map<string, wire.TableRow>();
  const messages = stream[Symbol.asyncIterator]();
  await stream.write({ message: 'hello', hello: { routerId: 'a-test', address: '127.0.0.1:9', acceptFollower: true } });

  function take({ snapshot, rows: changed, removed }: wire.TableMessage): void {
    if (snapshot) rows.clear();
    for (const row of changed) rows.set(row.key, row);
    for (const key of removed) rows.delete(key);
  }
  async function follow(): Promise<void> {
    for (let next = await messages.next(); next.done !== true; next = await messages.next()) take(next.value);
  }
  const first = await messages.next();
  if (first.done !== true) take(first.value);
  follow().catch(() => undefined);
  return {
    rows,
    replicasOf: (worker) => [...rows.values()].filter(({ replica }) => replica?.workerId === worker).length,
    [Symbol.dispose]() {
      ended.abort(new Error('the test stops watching'));
      channel.close();
    },
  };
}
