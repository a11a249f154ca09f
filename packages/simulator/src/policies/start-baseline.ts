// A cluster in virtual time that a baseline serves: workers with slots, replicas and queues, and nothing of production.

import type { HardwareClassId, Objective, Profile, WorkerId, WorkerInfo } from '@pareto/core';
import { p50At } from '@pareto/policy';
import type { Cluster } from '../cluster/cluster.js';
import { profileOf, variantWithId } from '../cluster/registry.js';
import type { EventQueue } from '../events/event-queue.js';
import type { ClientQuery } from '../serving/query.js';
import type { SettledQuery } from '../serving/router.js';
import type { StartedCluster } from '../serving/started-cluster.js';
import type { WorkerObserver } from '../serving/worker.js';
import type { ExecutorTimes } from '../times/executor-times.js';
import { planChanges } from './plan-changes.js';
import type { BaselinePlanner, PlannedReplicas, QueryServer, ServingQuery, ServingReplica } from './serving-policy.js';

export interface BaselineOptions {
  readonly events: EventQueue;
  readonly cluster: Cluster;
  readonly planner: BaselinePlanner;
  readonly server: QueryServer;
  /** Objectives of the streams, by the index of a query. */
  readonly objectives: readonly Objective[];
  /** Returns the number of queries of each stream that have arrived until now. */
  readonly arrived: () => readonly number[];
  /** Time after which there are no more plans. */
  readonly endsAt: number;
  readonly wayMs: number;
  readonly timesOf: (worker: WorkerId) => BaselineTimes;
  readonly onSettled: (query: ClientQuery, settled: Omit<SettledQuery, 'promisedMs'>, now: number) => void;
  readonly observerOf: (worker: WorkerInfo) => WorkerObserver;
}

/** Times of the executors of a worker. */
interface BaselineTimes extends Pick<ExecutorTimes, 'loadMs'> {
  readonly runMs: (...args: readonly [...Parameters<ExecutorTimes['runMs']>, now: number]) => number;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

interface BaselineQuery extends ServingQuery {
  readonly client: ClientQuery;
  enqueuedAt: number;
}

interface BaselineReplica extends Mutable<Omit<ServingReplica, 'queue'>> {
  readonly host: Host;
  readonly hardwareClass: HardwareClassId;
  readonly profile: Profile;
  readonly queue: BaselineQuery[];
  batch: readonly BaselineQuery[];
  /** Number of the executor: results of earlier ones do not count. */
  executor: number;
  /** Set if the executor is loaded. */
  isLoaded: boolean;
  waitsUntil: number;
}

/** A worker with its replicas. */
interface Host {
  readonly info: WorkerInfo;
  readonly observer: WorkerObserver;
  readonly times: BaselineTimes;
  readonly replicas: Set<BaselineReplica>;
  freeSlots: number;
  memoryBytes: number;
  isLeaving: boolean;
  hasEnded: boolean;
  /** Set if its process hangs and it held replicas, so that it is still paid for. */
  hangs: boolean;
}

/** Starts the cluster at the time 0: what happens on it are events of the queue. */
export function startBaseline(options: BaselineOptions): StartedCluster {
  const { events, cluster, planner, server, objectives, wayMs } = options;
  const hosts = new Map<WorkerId, Host>();
  /** Replicas of each task that load or are ready. */
  const byTask = new Map<string, BaselineReplica[]>();
  const delay = events.createDelay(wayMs);
  let loads = 0;
  let arrivedBefore: readonly number[] = objectives.map(() => 0);

  function hostOf(id: WorkerId): Host {
    const host = hosts.get(id);
    if (host === undefined) throw new Error(`there is no worker ${id}`);
    return host;
  }
  function addHost(info: WorkerInfo): void {
    const slots = info.slotGroups.reduce((sum, group) => sum + group.slots, 0);
    hosts.set(info.id, {
      ...{ info, observer: options.observerOf(info), times: options.timesOf(info.id), replicas: new Set() },
      ...{ freeSlots: slots, memoryBytes: info.memoryBytes, isLeaving: false, hasEnded: false, hangs: false },
    });
  }

  /** Loads a replica. Returns undefined if the variant has no profile there, or if the memory does not suffice. */
  function load(variant: BaselineReplica['variant'], worker: WorkerId, now: number): BaselineReplica | undefined {
    const host = hostOf(worker);
    const entry = variantWithId(cluster, variant);
    const group = host.info.slotGroups.find(({ hardwareClass: { id } }) =>
      entry.measurements.some(({ hardwareClass, result }) => hardwareClass === id && result.kind === 'measured'),
    );
    if (group === undefined || host.hasEnded || host.isLeaving) return undefined;
    const hardwareClass = group.hardwareClass.id;
    const profile = profileOf(entry, hardwareClass);
    if (profile.memoryBytes > host.memoryBytes) return undefined;
    host.memoryBytes -= profile.memoryBytes;
    const replica: BaselineReplica = {
      ...{
        id: `baseline-${loads++}`,
        variant,
        task: entry.variant.task,
        worker: host.info,
        host,
        hardwareClass,
        profile,
      },
      ...{ state: 'loading', readyAt: 0, queue: [], inFlight: 0, running: 0, expectedEndAt: 0, sent: 0, answered: 0 },
      ...{ batch: [], executor: 0, isLoaded: false, waitsUntil: 0 },
    };
    if (host.replicas.size === 0) host.observer.onOccupied(true, now);
    host.replicas.add(replica);
    const list = byTask.get(replica.task);
    if (list === undefined) byTask.set(replica.task, [replica]);
    else list.push(replica);
    loadExecutor(replica, now + wayMs);
    return replica;
  }
  function loadExecutor(replica: BaselineReplica, now: number): void {
    const { host, variant, hardwareClass } = replica;
    const own = (replica.executor += 1);
    replica.readyAt = now + host.times.loadMs(variant, hardwareClass);
    events.schedule(replica.readyAt, (at) => {
      if (replica.executor !== own || host.hasEnded) return;
      replica.isLoaded = true;
      if (replica.state === 'loading') replica.state = 'ready';
      host.observer.onReady(variant, hardwareClass, true);
      pump(host, at);
    });
  }
  function drain(replica: BaselineReplica, now: number): void {
    const list = byTask.get(replica.task);
    list?.splice(list.indexOf(replica), 1);
    replica.state = 'draining';
    removeIfDone(replica, now);
  }
  function removeIfDone(replica: BaselineReplica, now: number): void {
    const { host, state, queue, inFlight, running } = replica;
    if (state !== 'draining' || queue.length + inFlight + running > 0 || !host.replicas.delete(replica)) return;
    if (replica.isLoaded) host.observer.onReady(replica.variant, replica.hardwareClass, false);
    replica.executor += 1;
    host.memoryBytes += replica.profile.memoryBytes;
    if (host.replicas.size > 0 || host.hasEnded) return;
    host.observer.onOccupied(false, now);
    if (host.isLeaving) end(host, now);
  }
  function end(host: Host, now: number): void {
    host.hasEnded = true;
    host.observer.onEnded(now);
  }

  function route(query: BaselineQuery, now: number): void {
    const choice = server.route(query, byTask.get(query.task) ?? [], now);
    if (choice.kind === 'reject') return settle(query, 'rejected', undefined, now);
    const replica =
      choice.kind === 'load' ? load(choice.variant, choice.worker, now) : (choice.replica as BaselineReplica);
    if (replica === undefined) return settle(query, 'rejected', undefined, now);
    replica.inFlight += 1;
    replica.sent += 1;
    delay(now, (at) => enqueue(replica, query, at));
  }
  function enqueue(replica: BaselineReplica, query: BaselineQuery, now: number): void {
    replica.inFlight -= 1;
    if (replica.host.hasEnded) return delay(now, (at) => route(query, at));
    query.enqueuedAt = now;
    const { queue } = replica;
    // Behind the last query that is not due later.
    const before = server.order === 'due' ? queue.findLastIndex(({ dueAt }) => dueAt <= query.dueAt) : queue.length - 1;
    queue.splice(before + 1, 0, query);
    replica.waitsUntil = 0;
    pump(replica.host, now);
  }
  function settle(
    { client }: BaselineQuery,
    end: 'answered' | 'rejected' | 'dropped',
    by: BaselineReplica | undefined,
    now: number,
  ): void {
    const candidate = by && { variant: by.variant, hardwareClass: by.hardwareClass };
    options.onSettled(client, { end, latencyMs: now - client.arrivesAt, candidate }, now);
  }

  /** Gives free slots to replicas that have queries. */
  function pump(host: Host, now: number): void {
    while (host.freeSlots > 0 && !host.hasEnded) {
      const next = nextReplica(host, now);
      if (next === undefined) return;
      const choice = server.batch(next, now);
      switch (choice.kind) {
        case 'run':
          start(next, choice.count, now);
          break;
        case 'drop':
          for (const query of next.queue.splice(0, Math.max(1, choice.count))) settle(query, 'dropped', undefined, now);
          removeIfDone(next, now);
          break;
        case 'move':
          for (const query of next.queue.splice(0, Math.max(1, choice.count))) delay(now, (at) => route(query, at));
          removeIfDone(next, now);
          break;
        case 'wait':
          if (choice.untilMs <= now) throw new Error(`the policy waits until ${choice.untilMs} ms, which has passed`);
          next.waitsUntil = choice.untilMs;
          events.schedule(choice.untilMs, (at) => pump(host, at));
      }
    }
  }
  function start(replica: BaselineReplica, count: number, now: number): void {
    const { host, variant, hardwareClass, profile } = replica;
    const batch = replica.queue.splice(0, Math.max(1, count));
    const tookMs = host.times.runMs(variant, hardwareClass, batch.length, now);
    const own = replica.executor;
    replica.batch = batch;
    replica.running = batch.length;
    replica.expectedEndAt = now + p50At(profile, batch.length);
    host.freeSlots -= 1;
    host.observer.onBusy(true, now);
    events.schedule(now + tookMs, (at) => {
      if (host.hasEnded || replica.executor !== own) return;
      endBatch(replica, at);
      replica.answered += batch.length;
      server.ended?.(replica, { queries: batch, tookMs }, at);
      delay(at, (answeredAt) => {
        for (const query of batch) settle(query, 'answered', replica, answeredAt);
      });
      removeIfDone(replica, at);
      pump(host, at);
    });
  }
  function endBatch(replica: BaselineReplica, now: number): void {
    replica.batch = [];
    replica.running = 0;
    replica.host.freeSlots += 1;
    replica.host.observer.onBusy(false, now);
  }

  /** Ends a host. If its process hangs, it is paid for until it ends. */
  function fail(host: Host, now: number, hangs = false): void {
    if (host.hangs && !hangs) {
      host.observer.onOccupied(false, now);
      host.observer.onEnded(now);
    }
    host.hangs &&= hangs;
    if (host.hasEnded) return;
    const isOccupied = host.replicas.size > 0;
    host.hasEnded = true;
    host.hangs = hangs && isOccupied;
    for (const replica of host.replicas) {
      const { queue, batch, state, isLoaded } = replica;
      if (state !== 'draining') drain(replica, now);
      if (batch.length > 0) host.observer.onBusy(false, now);
      if (isLoaded && host.replicas.has(replica)) host.observer.onReady(replica.variant, replica.hardwareClass, false);
      for (const query of [...batch, ...queue]) delay(now, (at) => route(query, at));
    }
    if (isOccupied && !hangs) host.observer.onOccupied(false, now);
    if (!hangs) host.observer.onEnded(now);
    host.replicas.clear();
  }

  /** Returns whether another worker loads the variant of a replica, which serves until then. */
  const isMoving = ({ variant, task }: BaselineReplica): boolean =>
    (byTask.get(task) ?? []).some((one) => one.variant === variant && one.state === 'loading' && !one.host.isLeaving);
  function plan(now: number): void {
    const arrived = [...options.arrived()];
    const usable = [...hosts.values()].filter(({ hasEnded, isLeaving }) => !hasEnded && !isLeaving);
    const replicas = [...hosts.values()].flatMap((host) => (host.hasEnded ? [] : [...host.replicas]));
    const planned = planner.plan({
      ...{ now, replicas, workers: usable.map(({ info }) => info) },
      arrived: arrived.map((count, stream) => count - (arrivedBefore[stream] ?? 0)),
    });
    arrivedBefore = arrived;
    const current = replicas.filter(({ state }) => state !== 'draining');
    if (planned instanceof Promise) events.hold(planned.then((solved) => apply(solved, current, now)));
    else apply(planned, current, now);
  }
  /** Carries out a plan. `current` are the replicas that do not drain. */
  function apply(
    planned: readonly PlannedReplicas[] | undefined,
    current: readonly BaselineReplica[],
    now: number,
  ): void {
    if (planned !== undefined) {
      const changes = planChanges(
        planned,
        current.filter(({ host }) => !host.isLeaving),
      );
      for (const replica of changes.unloads) drain(replica, now);
      for (const { variant, worker } of changes.loads) load(variant, worker, now);
    }
    for (const replica of current) if (replica.host.isLeaving && !isMoving(replica)) drain(replica, now);
    if (now + planner.everyMs <= options.endsAt) events.schedule(now + planner.everyMs, plan);
  }

  for (const info of cluster.workers) addHost(info);
  events.schedule(0, plan);
  return {
    arrivalMs: 0,
    arrived(client, now) {
      const objective = objectives[client.index];
      if (objective === undefined) throw new Error(`there is no stream ${client.index}`);
      const dueAt = now + objective.latencyMs - wayMs;
      const asked = { stream: client.index, task: client.target, objective, arrivedAt: now, dueAt };
      route({ ...asked, client, enqueuedAt: now }, now);
    },
    join(info, now) {
      // A worker that still drains is replaced.
      const before = hosts.get(info.id);
      if (before !== undefined) fail(before, now);
      addHost(info);
    },
    fail: (worker, now) => fail(hostOf(worker), now),
    hang: (worker, now) => fail(hostOf(worker), now, true),
    leave(worker, now) {
      const host = hostOf(worker);
      host.isLeaving = true;
      if (host.replicas.size === 0) end(host, now);
    },
    killExecutors(worker, variant, now) {
      for (const replica of hostOf(worker).replicas) {
        if (!replica.isLoaded || (variant !== undefined && replica.variant !== variant)) continue;
        replica.queue.unshift(...replica.batch);
        if (replica.running > 0) endBatch(replica, now);
        if (replica.state === 'ready') replica.state = 'loading';
        replica.isLoaded = false;
        replica.host.observer.onReady(replica.variant, replica.hardwareClass, false);
        loadExecutor(replica, now);
      }
      pump(hostOf(worker), now);
    },
  };
}

/** Returns the replica that can start a batch, and whose first query has waited for longest. */
function nextReplica({ replicas }: Host, now: number): BaselineReplica | undefined {
  let best: BaselineReplica | undefined;
  for (const one of replicas) {
    const first = one.queue[0];
    if (first === undefined || one.running > 0 || !one.isLoaded || one.waitsUntil > now) continue;
    if (best === undefined || first.enqueuedAt < (best.queue[0]?.enqueuedAt ?? Infinity)) best = one;
  }
  return best;
}
