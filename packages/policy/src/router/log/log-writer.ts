// Turns the events and effects of a router core into the lines of its log.

import { ObjectNumbers, type Candidate, type ReplicaLoad, type TargetEntry } from '@pareto/core';
import type { RouterEffect, RouterEvent } from '../router-event.js';
import type { RouterQuery } from '../router-query.js';
import { logEffect, type LoggedEvent, type LoggedTarget, type RouterLogLine } from './router-log.js';

export interface RouterLogWriter<H> {
  /** Returns the line for an event at time `at`, from which the effects from index `from` on followed. */
  lineOf(event: RouterEvent<H>, at: number, effects: readonly RouterEffect<H>[], from: number): RouterLogLine;
}

export function createLogWriter<H>(): RouterLogWriter<H> {
  const numbers = {
    queries: new ObjectNumbers<RouterQuery<H>>(),
    candidates: new ObjectNumbers<Candidate>(),
    targets: new ObjectNumbers<TargetEntry>(),
  };
  /** The definitions of the current line. */
  let candidates: Record<number, Candidate> = {};
  let targets: Record<number, LoggedTarget> = {};

  const candidateOf = (candidate: Candidate): number =>
    numbers.candidates.of(candidate, (number) => (candidates[number] = candidate));
  const targetOf = (target: TargetEntry): number =>
    numbers.targets.of(target, (number) => {
      const { kind, name, task, versions, metric, defaultObjective, maxBatchSize, exclusions, rules } = target;
      targets[number] = {
        ...{ kind, name, task, versions, metric, defaultObjective, maxBatchSize, rules },
        candidates: target.candidates.map(candidateOf),
        exclusions: exclusions?.map((exclusion) => exclusion ?? null),
      };
    });

  function log(event: RouterEvent<H>): LoggedEvent {
    switch (event.kind) {
      case 'table': {
        const { kind, table, localAddress } = event;
        const { candidates, congestion } = table;
        return { kind, candidates: candidates.map(candidateOf), congestion, localAddress };
      }
      case 'resolved': {
        const { kind, query, resolved, lagMs } = event;
        const { entry, items, shapes, objective, objectiveClass } = resolved;
        const { receivedAt, deadlineAt, requestBytes, priority } = query;
        const isNew = numbers.queries.find(query) === undefined;
        return {
          ...{ kind, query: numbers.queries.of(query), lagMs },
          arrived: isNew ? { receivedAt, deadlineAt, requestBytes, priority } : undefined,
          resolved: { target: targetOf(entry), items, shapes, objective, objectiveClass },
        };
      }
      case 'reported': {
        const { kind, address, loads } = event;
        return { kind, address, loads: loads.map((load) => ({ ...loadOf(load), replicaId: load.replicaId })) };
      }
      case 'ended': {
        const load = event.load === undefined ? undefined : loadOf(event.load);
        return { ...event, load, query: numbers.queries.of(event.query) };
      }
      case 'left':
        return { kind: event.kind, query: numbers.queries.of(event.query), code: event.code };
      case 'hold-timeout':
        return { kind: event.kind, query: numbers.queries.of(event.query) };
      case 'linked':
      case 'lost':
      case 'tick':
      case 'report-sent':
      case 'draining':
        return event;
    }
  }
  return {
    lineOf(event, at, effects, from) {
      [candidates, targets] = [{}, {}];
      const logged = log(event);
      const followed = effects
        .slice(from)
        .map((effect) => logEffect(effect, 'query' in effect ? numbers.queries.find(effect.query) : undefined));
      return { at, candidates, targets, event: logged, effects: followed };
    },
  };
}

/** Returns a load without what a message has in addition. */
function loadOf({ queuedItems, runningItems, backlogMs, itemMs, typical, slow, interfered }: ReplicaLoad): ReplicaLoad {
  return { queuedItems, runningItems, backlogMs, itemMs, typical, slow, interfered };
}
