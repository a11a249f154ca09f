// Replays the log of a router core: the same events give the same effects.

import { createSeededRng, type Candidate, type TargetEntry } from '@pareto/core';
import { createRouterCore, type RouterCore } from '../router-core.js';
import type { RouterEffect, RouterEvent } from '../router-event.js';
import { trackQuery, type RouterQuery } from '../router-query.js';
import {
  logEffect,
  type LoggedEffect,
  type LoggedEvent,
  type LoggedTarget,
  type RouterLogHeader,
  type RouterLogLine,
} from './router-log.js';

export interface ReplayedEvent {
  readonly line: RouterLogLine;
  /** Effects in the replay, to compare with those of the recording in `line`. */
  readonly effects: readonly LoggedEffect[];
}

/** Applies the events of a log to a new core, and yields what follows from each. Throws if the log has another format. */
export function* replayRouterLog(texts: Iterable<string>): Generator<ReplayedEvent> {
  let core: RouterCore<number> | undefined;
  const reader = createReader();
  for (const text of texts) {
    if (text === '') return;
    const parsed = parse(text);
    if (core === undefined) {
      core = coreOf(parsed as Partial<RouterLogHeader>);
      continue;
    }
    const line = parsed as RouterLogLine;
    const effects: RouterEffect<number>[] = [];
    core.apply(reader.read(line), line.at, effects);
    yield {
      line,
      effects: effects.map((effect) => logEffect(effect, 'query' in effect ? effect.query.handle : undefined)),
    };
  }
}

/** Returns the value of a line, with undefined for null. */
const parse = (text: string): unknown => JSON.parse(text, (_, value: unknown) => value ?? undefined);

function coreOf({ log, version, seed = 0, params }: Partial<RouterLogHeader>): RouterCore<number> {
  if (log !== 'router' || version !== 2 || params === undefined)
    throw new Error('expected the log of a router, in version 2 of its format');
  return createRouterCore(params, createSeededRng(seed));
}

/** Turns lines into events. Equal numbers give the same objects. */
function createReader(): { read(line: RouterLogLine): RouterEvent<number> } {
  const queries = new Map<number, RouterQuery<number>>();
  const candidates = new Map<number, Candidate>();
  const targets = new Map<number, TargetEntry>();

  const candidateOf = (number: number): Candidate => found(candidates.get(number), 'candidate', number);
  function define(number: number, { candidates: members, exclusions, ...target }: LoggedTarget): void {
    targets.set(number, {
      ...target,
      ...{ signature: { inputs: [], outputs: [], batched: false }, labels: {} },
      candidates: members.map(candidateOf),
      exclusions: exclusions?.map((exclusion) => exclusion ?? undefined),
    });
  }
  function read(event: LoggedEvent): RouterEvent<number> {
    switch (event.kind) {
      case 'table': {
        const listed = event.candidates.map(candidateOf);
        const { congestion } = event;
        const table = { candidates: listed, congestion, replicas: listed.flatMap(({ replicas }) => replicas) };
        return { kind: 'table', table, localAddress: event.localAddress };
      }
      case 'resolved': {
        const { kind, arrived, lagMs, resolved } = event;
        if (arrived !== undefined) {
          const { deadlineAt = Infinity, priority = Infinity } = arrived as Partial<typeof arrived>;
          queries.set(event.query, trackQuery(event.query, { ...arrived, deadlineAt, priority }));
        }
        const { target, ...rest } = resolved;
        const entry = found(targets.get(target), 'target', target);
        return { kind, query: queryOf(event.query), resolved: { ...rest, entry }, lagMs };
      }
      case 'ended':
        return { ...event, query: queryOf(event.query) };
      case 'left':
        return { kind: event.kind, query: queryOf(event.query), code: event.code };
      case 'hold-timeout':
        return { kind: event.kind, query: queryOf(event.query) };
      case 'reported':
      case 'linked':
      case 'lost':
      case 'tick':
      case 'report-sent':
      case 'draining':
        return event;
    }
  }
  const queryOf = (number: number): RouterQuery<number> => found(queries.get(number), 'query', number);
  return {
    read({ candidates: newCandidates = {}, targets: newTargets = {}, event }) {
      for (const [number, candidate] of Object.entries(newCandidates)) candidates.set(Number(number), candidate);
      for (const [number, target] of Object.entries(newTargets)) define(Number(number), target);
      return read(event);
    },
  };
}

function found<T>(value: T | undefined, what: string, number: number): T {
  if (value === undefined) throw new Error(`the log has no ${what} ${number}`);
  return value;
}
