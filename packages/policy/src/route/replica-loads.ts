// The load of every replica in the routing table, from the reports of workers and the router's own counts.

import type { Candidate, ReplicaId, ReplicaRoute, Rng } from '@pareto/core';
import { RecentQuantile } from '../estimate/recent-quantile.js';
import { trackQuantile } from '../estimate/track-quantile.js';
import { createCandidateLoads, loadField, loadFields, wayMsOf, type CandidateLoads } from './candidate-loads.js';
import { IdleReplicas } from './idle-replicas.js';
import type { LoadEffect, LoadEvent } from './load-event.js';
import { MinTree } from './min-tree.js';
import { drawReplica, preferLocal, type PickRequest } from './pick-replica.js';
import { createReserve, type Reserve } from './reserve.js';
import { StandingQueue } from './standing-queue.js';
import { defaultRouteParams, type RouteParams } from './route-params.js';
import {
  applyLoad,
  countSent,
  createReplicaState,
  freeAtOf,
  serviceFactorOf,
  type ReplicaState,
} from './replica-state.js';

/** List that effects are appended to. */
interface LoadEffects {
  push(effect: LoadEffect): unknown;
}

export interface ReplicaLoads {
  /** Loads that selection reads. Another array after a table with more candidates. */
  readonly candidates: CandidateLoads;
  /** Time that a query spends between router and worker while they are not busy: the 10th percentile. */
  readonly quietHopMs: number;
  /** Returns the time to allow for the way to a replica and back, of a query with this latency limit. */
  wayMsOf(replica: ReplicaId, latencyMs: number): number;
  /** Returns the number of replicas that can be called. */
  callable(): number;
  /** Applies an event at time `now`, and appends what follows from it to `effects`. */
  apply(event: LoadEvent, now: number, effects: LoadEffects): void;
  /** Returns whether some replica of the candidate can be called. */
  isCallable(candidate: Candidate): boolean;
  /** Returns the replica that selection has read, with its slots. Undefined if none can be called. */
  soonest(candidate: Candidate, now: number): Pick<TrackedReplica, 'route' | 'slots'> | undefined;
  /**
   * Returns a replica that meets the request, drawn at random, or else the replica that selection has read. Undefined if
   * none can be called.
   */
  pick(candidate: Candidate, request: PickRequest, now: number, rng: Rng): ReplicaRoute | undefined;
}

type TableEvent = Extract<LoadEvent, { kind: 'table' }>;
type TrackedReplica = ReplicaState<CandidateState>;

interface CandidateState {
  readonly candidate: Candidate;
  readonly replicas: TrackedReplica[];
  /** The replicas in the process of the router. */
  readonly locals: TrackedReplica[];
  readonly tree: MinTree;
  readonly idle: IdleReplicas;
  /** Errors of predictions in ms. */
  readonly errors: RecentQuantile;
  readonly reserve: Reserve;
  readonly standing: StandingQueue;
}

export function createReplicaLoads(params: RouteParams = defaultRouteParams): ReplicaLoads {
  const states = new Map<ReplicaId, TrackedReplica>();
  /** The state that was used last. */
  let last: TrackedReplica | undefined;
  /** States by `Candidate.index`. */
  let known: (CandidateState | undefined)[] = [];
  const { minHopMs, hopStep } = params;

  /** Updates the numbers of the candidate after a change of one replica. */
  function refresh(state: TrackedReplica, now: number): void {
    state.of.tree.set(state.position, freeAtOf(state, now));
    refreshCandidate(state.of, now);
  }
  function refreshCandidate(state: CandidateState, now: number): void {
    const { errors, reserve, standing } = state;
    const { index } = state.candidate;
    const best = bestOf(state, now);
    const { candidates } = loads;
    const at = loadFields * index;
    const freeAt = best === undefined ? Infinity : freeAtOf(best, now);
    if (best !== undefined && freeAt < Infinity) standing.observe(Math.max(0, freeAt - now), batchMsOf(best), now);
    candidates[at + loadField.freeAt] = freeAt;
    candidates[at + loadField.aheadItems] = best?.aheadItems ?? 0;
    candidates[at + loadField.hopMs] = best?.hopMs ?? 0;
    candidates[at + loadField.hopTailMs] = best?.hopTailMs ?? 0;
    candidates[at + loadField.reserveMs] = reserve.at(now);
    candidates[at + loadField.marginMs] = errors.at(now) ?? 0;
    candidates[at + loadField.service] = best === undefined ? 1 : serviceFactorOf(best, isIdle(best, now));
    candidates[at + loadField.maxWaitMs] = standing.maxWaitMs;
  }

  /** Returns the state of a replica. A query uses that of its replica several times. */
  function stateOf(id: ReplicaId): TrackedReplica | undefined {
    if (last?.route.id !== id) last = states.get(id);
    return last;
  }
  function setTable({ table, localAddress }: TableEvent, now: number): void {
    last = undefined;
    const length = table.candidates.reduce((max, { index }) => Math.max(max, index + 1), 0);
    const next = Array.from<CandidateState | undefined>({ length });
    for (const candidate of table.candidates) {
      const same = known[candidate.index];
      if (same?.candidate === candidate) next[candidate.index] = same;
    }
    const kept = new Map<ReplicaId, TrackedReplica>();
    const before = new Map<string, CandidateState>();
    for (const old of known) {
      if (old === undefined || next[old.candidate.index] === old) continue;
      before.set(keyOf(old.candidate), old);
      loads.candidates[loadFields * old.candidate.index + loadField.freeAt] = Infinity;
      for (const state of old.replicas) {
        kept.set(state.route.id, state);
        states.delete(state.route.id);
      }
    }
    if (loads.candidates.length < loadFields * length)
      loads.candidates = createCandidateLoads(2 * length, loads.candidates);
    for (const candidate of table.candidates) {
      if (next[candidate.index] !== undefined) continue;
      next[candidate.index] = addCandidate(candidate, before.get(keyOf(candidate)), kept, localAddress, now);
    }
    known = next;
  }
  function addCandidate(
    candidate: Candidate,
    before: CandidateState | undefined,
    kept: ReadonlyMap<ReplicaId, TrackedReplica>,
    localAddress: string | undefined,
    now: number,
  ): CandidateState {
    const { length } = candidate.replicas;
    const tree = new MinTree(length);
    const {
      errors = new RecentQuantile(params.errors),
      reserve = createReserve(params.reserve),
      standing = new StandingQueue(params.standing, now),
    } = before ?? {};
    const idle = new IdleReplicas(length);
    const added: CandidateState = { candidate, replicas: [], locals: [], tree, idle, errors, reserve, standing };
    for (const [position, route] of candidate.replicas.entries()) {
      const earlier = kept.get(route.id);
      const isLocal = route.address === localAddress;
      const hop = { ms: isLocal ? minHopMs : params.hopMs, tail: params.hopTail };
      const state = createReplicaState(added, candidate, route, position, earlier, hop, now);
      added.replicas.push(state);
      if (isLocal) added.locals.push(state);
      states.set(route.id, state);
      tree.set(position, freeAtOf(state, now));
    }
    refreshCandidate(added, now);
    return added;
  }

  function end(
    state: TrackedReplica,
    event: Extract<LoadEvent, { kind: 'ended' }>,
    now: number,
    effects: LoadEffects,
  ): void {
    state.pendingItems = Math.max(0, state.pendingItems - event.items);
    if (event.load === undefined) {
      state.aheadItems = Math.max(0, state.aheadItems - event.items);
      state.freeAt -= event.items * state.itemMs;
    } else if (!state.isDown) applyLoad(state, event.load, now);
    if (event.hopMs !== undefined) observeHop(state, Math.max(minHopMs, event.hopMs), now);
    const isMissed = event.end === 'refused' || event.isLate;
    if (isMissed && event.hasWaited) state.of.reserve.missed(state.itemMs, now);
    if (event.errorMs !== undefined) state.of.errors.observe(event.errorMs, now);
    if (event.end === 'failed') countFailure(state, now, effects);
    else if (event.end === 'answered') state.failures = 0;
  }
  function refuse({ index }: Candidate, now: number): void {
    const state = known[index];
    if (state === undefined) return;
    state.standing.refused(now);
    refreshCandidate(state, now);
  }
  function observeHop(state: TrackedReplica, tookMs: number, now: number): void {
    loads.quietHopMs = trackQuantile(loads.quietHopMs, tookMs, params.quietShare, hopStep);
    state.hopMs = trackQuantile(state.hopMs, tookMs, 0.5, hopStep);
    state.hopTail.observe(tookMs, now);
    state.hopTailMs = Math.max(state.hopMs, state.hopTail.at(now) ?? 0);
  }
  function countFailure(state: TrackedReplica, now: number, effects: LoadEffects): void {
    state.failures += 1;
    const { replicas } = state.of;
    const ejected = replicas.filter(({ ejectedUntil }) => ejectedUntil > now).length;
    if (state.failures < params.ejectAfterFailures || ejected + 1 > params.maxEjected * replicas.length) return;
    state.failures = 0;
    state.ejectedUntil = now + params.ejectionMs;
    effects.push({ kind: 'ejected', replica: state.route.id });
  }

  const loads: { -readonly [K in keyof ReplicaLoads]: ReplicaLoads[K] } = {
    candidates: createCandidateLoads(0),
    quietHopMs: params.hopMs,
    wayMsOf(replica, latencyMs) {
      const { hopMs, hopTailMs } = stateOf(replica) ?? { hopMs: params.hopMs, hopTailMs: params.hopMs };
      return wayMsOf(hopMs, hopTailMs, latencyMs, params.pauseShare);
    },
    callable: () => [...states.values()].filter(({ isDown }) => !isDown).length,
    isCallable: ({ index }) => (loads.candidates[loadFields * index + loadField.freeAt] ?? Infinity) < Infinity,
    apply(event, now, effects) {
      if (event.kind === 'table') return setTable(event, now);
      if (event.kind === 'refused') return refuse(event.candidate, now);
      const state = stateOf(event.replica);
      if (state === undefined) return;
      const wasDown = state.isDown;
      switch (event.kind) {
        case 'sent':
          countSent(state, event.items, now);
          break;
        case 'ended':
          end(state, event, now, effects);
          break;
        case 'reported':
          state.isDown = event.load === undefined;
          if (event.load !== undefined) applyLoad(state, event.load, now);
          break;
        case 'full':
          state.isFull = true;
          break;
        case 'down':
          state.isDown = true;
      }
      refresh(state, now);
      const isReport = event.kind === 'reported' || (event.kind === 'ended' && event.load !== undefined);
      if (isReport && isIdle(state, now)) state.of.idle.report(state.position);
      if (wasDown && !state.isDown) effects.push({ kind: 'callable', replica: event.replica });
    },
    soonest({ index }, now) {
      const state = known[index];
      return state && bestOf(state, now);
    },
    pick(candidate, request, now, rng) {
      const state = known[candidate.index];
      if (state === undefined) return undefined;
      const { replicas, locals } = state;
      const drawn = drawReplica(replicas, locals, latestIdle(state, now), request, params, now, rng);
      last = drawn ?? bestOf(state, now);
      return last?.route;
    },
  };
  return loads;
}

const isIdle = (state: TrackedReplica, now: number): boolean => state.aheadItems === 0 && freeAtOf(state, now) <= now;

/** Returns the replica that was reported idle last, of those that the router still takes for idle. */
function latestIdle({ idle, replicas }: CandidateState, now: number): TrackedReplica | undefined {
  for (let position = idle.latest; position >= 0; position = idle.latest) {
    const replica = replicas[position];
    if (replica !== undefined && isIdle(replica, now)) return replica;
    idle.remove(position);
  }
  return undefined;
}

/** Returns the replica that selection reads: the one that is free first, or a local one if that is as good. */
function bestOf({ tree, replicas, locals }: CandidateState, now: number): TrackedReplica | undefined {
  const first = tree.get(tree.min) < Infinity ? replicas[tree.min] : undefined;
  return preferLocal(locals, first, now);
}

/** Returns the time of a replica's next batch at the ceiling, with the way there and back. */
const batchMsOf = ({ itemMs, route, hopTailMs }: TrackedReplica): number => itemMs * route.batchCeiling + hopTailMs;

const keyOf = ({ variant, version, hardwareClass }: Candidate): string => `${variant} ${version} ${hardwareClass}`;
