// A fake router that stores the table, and sends the demand that the test passes.

import { type wire } from '@pareto/protocol';
import { createChannel, createClient } from '@pareto/rpc';
import { tokenMetadata } from '@pareto/service';
import { clusterToken } from './start-controller.js';

export interface FakeRouter {
  readonly rows: Map<string, wire.TableRow>;
  readonly messages: wire.TableMessage[];
  readonly version: { readonly epoch: string; readonly revision: number };
  ready(): readonly string[];
  demand(entry: wire.DemandEntryInput): void;
  /** Sends a report without queries. */
  limits(limitsReached: readonly wire.LimitCountInput[]): void;
  /** Error or message that the stream ended with. Undefined while it is open. */
  readonly ended: () => unknown;
  readonly leave: () => void;
}

export function startRouter(address: string, from = { epoch: '', revision: 0 }, acceptFollower = false): FakeRouter {
  const channel = createChannel(address, { metadata: tokenMetadata(clusterToken) });
  const cut = new AbortController();
  const stream = createClient(channel, 'pareto.v1.Routes').watch({ signal: cut.signal });
  const rows = new Map<string, wire.TableRow>();
  const messages: wire.TableMessage[] = [];
  let version = from;
  let ended: unknown;
  const read = async (): Promise<void> => {
    void stream.write({ hello: { routerId: 'r1', address: '127.0.0.1:1', ...from, acceptFollower } });
    for await (const message of stream) {
      messages.push(message);
      if (message.snapshot) rows.clear();
      for (const row of message.rows) rows.set(row.key, row);
      for (const key of message.removed) rows.delete(key);
      version = { epoch: message.epoch, revision: message.revision };
    }
  };
  read().then(
    () => (ended = 'the stream ended'),
    (error: unknown) => (ended = error),
  );
  return {
    rows,
    messages,
    get version() {
      return version;
    },
    ready: () =>
      [...rows.values()]
        .flatMap(({ replica }) => (replica?.state === 'READY' ? [`${replica.variant} on ${replica.workerId}`] : []))
        .sort(),
    ended: () => ended,
    demand: (entry) => void stream.write({ demand: { windowMs: 1000, entries: [entry] } }),
    limits: (limitsReached) => void stream.write({ demand: { windowMs: 1000, limitsReached } }),
    leave: () => {
      cut.abort();
      channel.close();
    },
  };
}
