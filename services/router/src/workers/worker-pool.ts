// A link to every worker of the table, and the pings that tell whether it lives and what its replicas carry.

import { milliseconds, replicaId, type Clock, type ReplicaRoute, type RoutingTable } from '@pareto/core';
import type { CallOptions, wire } from '@pareto/rpc';
import type { Runnable } from '@pareto/service';
import type { Logger } from '@pareto/telemetry';
import type { LoadTracker } from './load-tracker.js';
import type { LinkFactory, LinkOutcome, WorkerLink } from './worker-link.js';

export interface WorkerPoolOptions {
  readonly createLink: LinkFactory;
  readonly loads: LoadTracker;
  /** Some replica may be called that could not be. */
  readonly onRecovered: () => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface WorkerPool extends Runnable {
  adopt(table: RoutingTable): void;
  infer(replica: ReplicaRoute, body: Buffer, options: CallOptions): Promise<LinkOutcome>;
  /** Nothing is sent to the worker until it answers a ping. */
  suspect(address: string): void;
}

interface Member {
  readonly link: WorkerLink;
  readonly left: AbortController;
  running: number;
  alive: boolean;
}

const pingEveryMs = milliseconds(500);
const pingTimeoutMs = 1_000;

export function createWorkerPool(options: WorkerPoolOptions): WorkerPool {
  const { loads, clock, logger } = options;
  const members = new Map<string, Member>();
  let replicas: readonly ReplicaRoute[] = [];

  const replicasOf = (address: string): readonly ReplicaRoute[] => replicas.filter((each) => each.address === address);
  function suspect(address: string): void {
    const member = members.get(address);
    if (member?.alive === true) logger.warn('worker does not answer', { address });
    if (member !== undefined) member.alive = false;
    for (const replica of replicasOf(address)) loads.down(replica.id);
  }
  function hear(member: Member, response: wire.PingResponse): void {
    const told = new Map(response.replicas.map((load) => [replicaId(load.replicaId), load]));
    const before = loads.usable;
    for (const { id } of replicasOf(member.link.address)) {
      const load = told.get(id);
      loads.report(id, load?.state === 'READY' && !response.draining ? load : undefined);
    }
    if (!member.alive) logger.info('worker answers again', { address: member.link.address });
    member.alive = true;
    if (loads.usable > before) options.onRecovered();
  }
  async function keepPinging(member: Member): Promise<void> {
    const { link, left } = member;
    while (!left.signal.aborted) {
      await link.ping(pingTimeoutMs).then(
        (response) => hear(member, response),
        () => left.signal.aborted || suspect(link.address),
      );
      await clock.sleep(pingEveryMs, left.signal).catch(() => undefined);
    }
  }
  function join(address: string): void {
    const member = { link: options.createLink(address), left: new AbortController(), running: 0, alive: true };
    members.set(address, member);
    void keepPinging(member);
  }
  function leave(address: string, member: Member): void {
    members.delete(address);
    member.left.abort(new Error('the worker left the table'));
    if (member.running === 0) member.link.close();
  }

  return {
    name: 'worker links',
    adopt(table) {
      replicas = table.replicas;
      const addresses = new Set(replicas.map(({ address }) => address));
      for (const [address, member] of members) if (!addresses.has(address)) leave(address, member);
      for (const address of addresses) if (!members.has(address)) join(address);
      for (const [address, member] of members) if (!member.alive) suspect(address);
    },
    async infer(replica, body, callOptions) {
      const member = members.get(replica.address);
      if (member === undefined) throw new Error(`no link to ${replica.address}`);
      member.running += 1;
      try {
        return await member.link.infer(body, callOptions);
      } finally {
        member.running -= 1;
        if (member.running === 0 && member.left.signal.aborted) member.link.close();
      }
    },
    suspect,
    start: async () => undefined,
    stop: async () => {
      for (const [address, member] of members) leave(address, member);
    },
  };
}
