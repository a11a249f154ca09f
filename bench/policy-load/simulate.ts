// Routers and one worker in virtual time. The functions that decide are those of production.

import type { ReplicaId } from '@pareto/core';
import { createHoldQueue } from '@pareto/policy';
import { buildCandidate, buildPoint, buildProfile, buildReplicaRoute, buildTargetEntry } from '@pareto/testkit';
import { createEventQueue } from './event-queue.js';
import { createRouter, type Attempt } from './router.js';
import { createWorker, type Sent } from './worker.js';
import { serviceMs, slots, wayMs, type Workload } from './workload.js';

/**
 * Outcome of a query. `rejected`: by the router, or by the worker when it arrived there. `dropped`: by the worker, after it was
 * queued.
 */
export type Outcome = 'on-time' | 'late' | 'rejected' | 'dropped';

/** Outcomes of all queries, in the order of their arrival. */
interface Simulation {
  readonly outcomes: readonly Outcome[];
  /** Latency of the answers. NaN for other queries. */
  readonly latenciesMs: readonly number[];
  /** Latency of the answers that were predicted, divided by the prediction. */
  readonly ofPredictions: readonly number[];
  /** Number of times that a query was sent to the worker. */
  readonly sends: number;
}

/** Time between the pings of a router to a worker. */
const pingEveryMs = 500;

const profile = buildProfile([buildPoint(1, serviceMs, 0.04)]);

export function simulate({ queries, runTimes, routers: count }: Workload, seed: number): Simulation {
  const events = createEventQueue();
  const outcomes = new Array<Outcome>(queries.length).fill('rejected');
  const latenciesMs = new Array<number>(queries.length).fill(NaN);
  const ofPredictions: number[] = [];
  const routes = Array.from({ length: slots }, (_, index) => buildReplicaRoute(`r${index}`, { batchCeiling: 1 }));
  const candidate = buildCandidate('model', { index: 0, profile, costPer1k: 1, replicas: routes });
  const target = buildTargetEntry([candidate]);
  const nextRunMs = new Map(routes.map(({ id }, index) => [id, runTimes(index)]));
  const worker = createWorker({
    events,
    slots,
    profile,
    replicas: routes.map(({ id }) => id),
    runMs: (replica) => nextRunMs.get(replica)?.() ?? 0,
    reply,
  });
  const routers = Array.from({ length: count }, (_, index) => createRouter(target, 1_000 * seed + index));
  let sends = 0;
  const holds = createHoldQueue<number>();

  const queryAt = (index: number) => {
    const query = queries[index];
    if (query === undefined) throw new Error(`there is no query ${index}`);
    return query;
  };
  /** Decides on a query and sends it. Returns false if it is not forwarded. */
  function tryForward(index: number, attempt: Attempt, now: number): boolean {
    const query = queryAt(index);
    const route = routers[query.router]?.decide(query, attempt, now);
    if (route === undefined) return false;
    sends += 1;
    events.schedule(now + wayMs, (arrivedAt) => {
      worker.queue({ ...route, index, attempt, sentAt: now }, arrivedAt + route.leftMs, arrivedAt);
    });
    return true;
  }
  function reply(sent: Sent, end: 'answered' | 'refused' | 'missed', now: number): void {
    const load = worker.load(sent.replica, now);
    const tookMs = now - sent.arrivedAt;
    events.schedule(now + wayMs, (repliedAt) => {
      const { router, latencyMs: limitMs, arrivesAt } = queryAt(sent.index);
      // The objective of a held query counts from the moment when the replicas are ready.
      const latencyMs = repliedAt - Math.max(0, arrivesAt);
      const isLate = end !== 'answered' || latencyMs > limitMs;
      routers[router]?.ended(sent, { end, load, tookMs }, repliedAt);
      if (end === 'answered' || !tryAgain(sent, latencyMs, repliedAt)) {
        outcomes[sent.index] =
          end === 'refused' ? 'rejected' : end === 'missed' ? 'dropped' : isLate ? 'late' : 'on-time';
        if (end === 'answered') latenciesMs[sent.index] = latencyMs;
        if (end === 'answered' && sent.attempt.kind !== 'held') ofPredictions.push(latencyMs / sent.promisedMs);
      }
      if (end === 'answered') resumeHeld(repliedAt);
    });
  }
  function tryAgain({ index, attempt }: Sent, elapsedMs: number, now: number): boolean {
    if (attempt.kind === 'held') holds.enter(heldEntry(index));
    const mayRetry = routers[queryAt(index).router]?.mayRetry(attempt) ?? false;
    return attempt.kind === 'held' || (mayRetry && tryForward(index, { kind: 'again', elapsedMs }, now));
  }
  const heldEntry = (index: number) => {
    const { arrivesAt, latencyMs } = queryAt(index);
    return { handle: index, group: `${latencyMs}`, priority: Infinity, dueAt: arrivesAt + latencyMs, bytes: 1_000 };
  };
  /** Decides on queries that were held until now, when the replicas are ready. Those without time for them stay held. */
  const resumeHeld = (now: number): void =>
    holds.resume((index) => tryForward(index, { kind: 'held', elapsedMs: 0 }, now), 1);

  for (const [index, { arrivesAt }] of queries.entries()) {
    if (arrivesAt < 0) holds.enter(heldEntry(index));
    else events.schedule(arrivesAt, (now) => void tryForward(index, { kind: 'new', elapsedMs: 0 }, now));
  }
  events.schedule(0, resumeHeld);
  const endsAt = queries.at(-1)?.arrivesAt ?? 0;
  for (const [index, router] of routers.entries())
    for (let at = (pingEveryMs * (index + 1)) / count; at < endsAt; at += pingEveryMs)
      events.schedule(at, (now) => {
        const reports = routes.map(({ id }): [ReplicaId, ReturnType<typeof worker.load>] => [id, worker.load(id, now)]);
        events.schedule(now + wayMs, (then) => {
          for (const [id, load] of reports) router.reported(id, load, then);
          resumeHeld(then);
        });
      });
  events.runAll();
  return { outcomes, latenciesMs, ofPredictions, sends };
}
