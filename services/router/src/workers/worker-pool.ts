// A link to every worker of the table, and the pings that tell whether it lives and what its replicas carry.

import {
  milliseconds,
  ParetoError,
  replicaId,
  type Clock,
  type Milliseconds,
  type ReplicaRoute,
  type RoutingTable,
} from '@pareto/core';
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

type QueryOptions = CallOptions & { readonly signal: AbortSignal };

export interface WorkerPool extends Runnable {
  adopt(table: RoutingTable): void;
  /** Never rejects. */
  infer(replica: ReplicaRoute, body: Buffer, options: QueryOptions): Promise<LinkOutcome>;
  /** Nothing is sent to the worker until it answers a ping. */
  suspect(address: string): void;
}

interface Member {
  readonly link: WorkerLink;
  readonly left: AbortController;
  /** One for each call under way. */
  readonly calls: Set<AbortController>;
  /** Pings in a row without an answer. */
  silentPings: number;
  alive: boolean;
  heardAt: Milliseconds;
}

const pingEveryMs = milliseconds(500);
const pingTimeoutMs = 1_000;
/** A timeout that is told this late was not watched closely enough to mean anything. */
const ownLagMs = 200;
/** After so many, the worker's calls under way are given up: they may be sent elsewhere. */
const givenUpAfterPings = 2;

const silent = new ParetoError('unavailable', 'the worker stopped answering');

const noLink = ({ address }: ReplicaRoute): LinkOutcome => ({
  kind: 'refused',
  error: new ParetoError('unavailable', `no link to ${address}`),
  isFull: false,
  isWorkerGone: true,
});

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
    member.silentPings = 0;
    if (loads.usable > before) options.onRecovered();
  }
  function miss(member: Member): void {
    suspect(member.link.address);
    member.silentPings += 1;
    if (member.silentPings >= givenUpAfterPings) for (const call of member.calls) call.abort(silent);
  }
  async function keepPinging(member: Member): Promise<void> {
    const { link, left } = member;
    while (!left.signal.aborted) {
      const sentAt = clock.now();
      await link.ping(pingTimeoutMs).then(
        (response) => hear(member, response),
        (error: unknown) => left.signal.aborted || isNoEvidence(member, error, sentAt) || miss(member),
      );
      await clock.sleep(pingEveryMs, left.signal).catch(() => undefined);
    }
  }
  /** A ping that took too long means nothing while queries are answered, or when this process itself was late. */
  function isNoEvidence({ heardAt }: Member, error: unknown, sentAt: Milliseconds): boolean {
    const isSlow = error instanceof ParetoError && error.code === 'deadline-exceeded';
    const now = clock.now();
    return isSlow && (now - heardAt < pingEveryMs || now - sentAt > pingTimeoutMs + ownLagMs);
  }
  function join(address: string): void {
    const link = options.createLink(address);
    const member: Member = {
      link,
      left: new AbortController(),
      calls: new Set(),
      silentPings: 0,
      alive: true,
      heardAt: clock.now(),
    };
    members.set(address, member);
    void keepPinging(member);
  }
  function leave(address: string, member: Member): void {
    members.delete(address);
    member.left.abort(new Error('the worker left the table'));
    if (member.calls.size === 0) member.link.close();
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
      if (member === undefined) return noLink(replica);
      const call = new AbortController();
      const { signal } = callOptions;
      const onAbort = (): void => call.abort(signal.reason);
      signal.addEventListener('abort', onAbort);
      member.calls.add(call);
      try {
        const outcome = await member.link.infer(body, { ...callOptions, signal: call.signal });
        if (outcome.kind === 'answered') member.heardAt = clock.now();
        return outcome.kind === 'failed' && outcome.error === silent ? { kind: 'lost', error: silent } : outcome;
      } finally {
        signal.removeEventListener('abort', onAbort);
        member.calls.delete(call);
        if (member.calls.size === 0 && member.left.signal.aborted) member.link.close();
      }
    },
    suspect,
    start: async () => undefined,
    stop: async () => {
      for (const [address, member] of members) leave(address, member);
    },
  };
}
