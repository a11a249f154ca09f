// One router and one worker in virtual time. The functions that decide are those of production.

import { createSeededRng, fallbackObjective, milliseconds, type ReplicaId, type ReplicaRoute } from '@pareto/core';
import {
  createHoldQueue,
  createQueryPolicy,
  createSlotScheduler,
  defaultAdmitParams,
  defaultRouteParams,
  type QueryEnd,
  type QueuedQuery,
  type RunningBatch,
  type SlotEffect,
  type SlotEvent,
} from '@pareto/policy';
import { buildCandidate, buildPoint, buildProfile, buildReplicaRoute, buildTargetEntry } from '@pareto/testkit';
import { createEventQueue } from './event-queue.js';
import { serviceMs, slots, wayMs, type SimulatedQuery, type Workload } from './workload.js';

/** Outcome of a query. `rejected`: by the router. `dropped`: by the worker, after the router admitted it. */
export type Outcome = 'on-time' | 'late' | 'rejected' | 'dropped';

interface Sent extends QueuedQuery {
  readonly index: number;
  readonly route: ReplicaRoute;
  /** Time that the prediction left, without the margin. */
  readonly slackMs: number;
  /** Set if the replica was not idle. */
  readonly hasWaited: boolean;
  readonly sentAt: number;
  readonly query: SimulatedQuery;
}

type Event = SlotEvent<ReplicaId, Sent, never>;
type Effect = SlotEffect<ReplicaId, Sent, never>;

const profile = buildProfile([buildPoint(1, serviceMs, 0.04)]);

/** Outcomes of all queries, in the order of their arrival. */
interface Simulation {
  readonly outcomes: readonly Outcome[];
  /** Latency of the answers. NaN for other queries. */
  readonly latenciesMs: readonly number[];
}

export function simulate({ queries, runTimes }: Workload, seed: number): Simulation {
  const events = createEventQueue();
  const outcomes = new Array<Outcome>(queries.length).fill('rejected');
  const latenciesMs = new Array<number>(queries.length).fill(NaN);
  const routes = Array.from({ length: slots }, (_, index) => buildReplicaRoute(`r${index}`, { batchCeiling: 1 }));
  const candidate = buildCandidate('model', { index: 0, profile, costPer1k: 1, replicas: routes });
  const target = buildTargetEntry([candidate]);
  const policy = createQueryPolicy({ admit: defaultAdmitParams, route: defaultRouteParams }, createSeededRng(seed));
  policy.loads.apply({ kind: 'table', table: { candidates: [candidate] } }, 0, []);
  const scheduler = createSlotScheduler<ReplicaId, Sent, never>(slots);
  /** Time at which the executor of a replica has ended all batches in it. */
  const executorFreeAt = new Map<ReplicaId, number>();
  const holds = createHoldQueue<number>();
  const nextRunMs = new Map(routes.map(({ id }, index) => [id, runTimes(index)]));
  const settings = { ceiling: 1, profile, sizes: undefined };
  const bounds = { items: 1_024, bytes: 2 ** 30 };

  function apply(event: Event, now: number): void {
    const effects: Effect[] = [];
    scheduler.apply(event, now, effects);
    for (const effect of effects) carryOut(effect, now);
  }
  function carryOut(effect: Effect, now: number): void {
    if (effect.kind === 'start') run(effect.replica, effect.batch, now);
    if (effect.kind === 'reject') reply(effect.query, 'missed', now);
  }
  function run(replica: ReplicaId, batch: RunningBatch<Sent>, now: number): void {
    const beganAt = Math.max(now, executorFreeAt.get(replica) ?? 0);
    const computeMs = nextRunMs.get(replica)?.() ?? 0;
    const endsAt = beganAt + computeMs;
    executorFreeAt.set(replica, endsAt);
    events.schedule(endsAt, () => {
      apply({ kind: 'ended', replica, batch, run: { outcome: 'done', beganAt, computeMs: 0.95 * computeMs } }, endsAt);
      for (const { query } of batch.entries) reply(query, 'answered', endsAt);
    });
  }
  function reply(sent: Sent, end: QueryEnd, now: number): void {
    const load = scheduler.load(sent.route.id, now);
    const tookMs = now - sent.enqueuedAt;
    events.schedule(now + wayMs, (repliedAt) => {
      // The objective of a held query counts from the moment when the replicas are ready.
      const latencyMs = repliedAt - Math.max(0, sent.query.arrivesAt);
      if (end === 'answered') latenciesMs[sent.index] = latencyMs;
      const isLate = end === 'missed' || latencyMs > sent.query.latencyMs;
      outcomes[sent.index] = end === 'missed' ? 'dropped' : isLate ? 'late' : 'on-time';
      const ended = {
        ...({ kind: 'ended', replica: sent.route.id, items: 1, end, load } as const),
        hopMs: repliedAt - sent.sentAt - tookMs,
        late: isLate && sent.hasWaited ? { slackMs: sent.slackMs, latencyMs: sent.query.latencyMs } : undefined,
      };
      policy.loads.apply(ended, repliedAt, []);
      resumeHeld(repliedAt);
    });
  }
  function tryForward(query: SimulatedQuery, index: number, now: number, isNew: boolean): boolean {
    const objective = { ...fallbackObjective, latencyMs: milliseconds(query.latencyMs) };
    const asked = { items: 1, objective, elapsedMs: 0, preference: 'cheapest', isNew } as const;
    const decision = policy.decide(target, { ...asked, requestBytes: 1_000, held: { count: 0, bytes: 0 } }, now);
    if (decision.kind !== 'forward') return false;
    const { replica, selection } = decision;
    events.schedule(now + wayMs, (enqueuedAt) => {
      const sent: Sent = {
        ...{
          index,
          query,
          route: replica,
          slackMs: selection.slackMs + selection.marginMs,
          hasWaited: selection.waitMs > 0,
          sentAt: now,
        },
        ...{ items: 1, bytes: 1_000, batchKey: '', priority: Infinity, enqueuedAt },
        ...{ dueAt: enqueuedAt + query.latencyMs, deadlineAt: Infinity },
      };
      apply({ kind: 'queued', replica: replica.id, query: sent }, enqueuedAt);
    });
    return true;
  }

  /** Decides on queries that were held until now, when the replicas are ready. Those without time for them stay held. */
  function resumeHeld(now: number): void {
    holds.resume((index) => {
      const query = queries[index];
      if (query === undefined) throw new Error('an unknown query is held');
      return tryForward(query, index, now, false);
    }, 1);
  }

  for (const { id } of routes) {
    apply({ kind: 'added', replica: id, settings, bounds }, 0);
    apply({ kind: 'attached', replica: id }, 0);
  }
  for (const [index, query] of queries.entries()) {
    if (query.arrivesAt < 0) {
      const dueAt = query.arrivesAt + query.latencyMs;
      holds.enter({ handle: index, group: `${query.latencyMs}`, priority: Infinity, dueAt, bytes: 1_000 });
    } else events.schedule(query.arrivesAt, (now) => void tryForward(query, index, now, true));
  }
  events.schedule(0, resumeHeld);
  events.runAll();
  return { outcomes, latenciesMs };
}
