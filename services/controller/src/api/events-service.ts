// The stream of events: the logged ones first, then new ones to clients that follow.

import { architectureNameOf, type Clock } from '@pareto/core';
import type { Complete, wire } from '@pareto/protocol';
import type { Cluster } from '../cluster/cluster.js';
import type { EventLog } from '../events/events.js';
import type { LoggedEvent } from '../storage/records.js';

export interface EventsServiceOptions {
  readonly events: EventLog;
  readonly cluster: Pick<Cluster, 'leader' | 'clusterView'>;
  /** Throws `notLeaderError()` if another controller leads. */
  readonly preferLeader: () => void;
  /** Aborts when the controller drains: streams end. */
  readonly draining: AbortSignal;
  readonly clock: Clock;
}

type Events = (
  request: wire.EventsRequest,
  call: { readonly signal: AbortSignal },
) => AsyncIterable<wire.EventsResponseInput>;

const maxWaitMs = 60_000;

/**
 * Creates the handler. The leader answers, because it knows which events are not stored yet. Clients that follow are
 * redirected when another controller leads, and continue there after the last id that they received.
 */
export const createEvents = ({ events, cluster, preferLeader, draining, clock }: EventsServiceOptions): Events =>
  async function* streamEvents({ follow, name, afterId }, call) {
    preferLeader();
    const { leader } = cluster;
    const { term } = leader;
    const signal = AbortSignal.any([call.signal, draining, ...(term === undefined ? [] : [term.lost])]);
    await events.stored(signal);
    // A restored store may have smaller ids than the client received. The leader has every id that a client can know.
    let last = term === undefined ? afterId : Math.min(afterId, events.lastId());
    for (;;) {
      const added = events.since(last);
      last = added.at(-1)?.id ?? last;
      for (const event of added) if (isAbout(event, name, cluster)) yield eventToWire(event, clock.wallMs());
      if (!follow || signal.aborted) break;
      if (events.since(last).length === 0) await events.changed.wait(maxWaitMs, signal);
    }
    if (follow && term?.lost.aborted === true) throw leader.notLeaderError();
  };

function isAbout(
  { subject, worker }: LoggedEvent,
  name: string,
  { clusterView }: Pick<Cluster, 'clusterView'>,
): boolean {
  if (name === '' || subject === name || worker === name) return true;
  const architecture = architectureNameOf(subject);
  return architecture === name || clusterView().registry.architectures.get(architecture)?.[0]?.task === name;
}

const eventToWire = (event: LoggedEvent, wallMs: number): Complete<wire.EventsResponseInput> => ({
  id: event.id,
  ageMs: Math.max(0, wallMs - event.atWallMs),
  kind: event.kind,
  subject: event.subject,
  worker: event.worker ?? '',
  reason: event.count === 1 ? event.reason : `${event.reason} (${event.count} times)`,
  warning: event.warning === true,
});
