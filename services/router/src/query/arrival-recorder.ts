// Records the queries of a router in its arrival log.

import { createHmac, randomBytes } from 'node:crypto';
import type { Candidate, Clock, ErrorCode, Objective } from '@pareto/core';
import { formatArrival, type ArrivalOutcome } from '@pareto/policy';
import type { RollingLog } from '@pareto/service';
import type { ClientQuery, ResolvedQuery } from '../resolve/resolve.js';
import { noObjective } from '../resolve/read-objective.js';
import type { Answer } from './answer.js';

export interface ArrivalRecorder {
  answered(query: ClientQuery, resolved: ResolvedQuery, answer: Answer): void;
  /** Records an error. `resolved` is undefined if the target is unknown. */
  failed(query: ClientQuery, resolved: ResolvedQuery | undefined, code: ErrorCode): void;
}

/** Maximum number of clients whose hashes are cached. */
const maxClients = 10_000;
const hashLength = 11;

export function createArrivalRecorder(log: RollingLog, clock: Clock): ArrivalRecorder {
  // The key is in memory alone, so that the hashes cannot be compared with those of guessed names.
  const key = randomBytes(32);
  const hashes = new Map<string, string>();

  function hashOf(subject: string): string {
    let hash = hashes.get(subject);
    if (hash === undefined) {
      hash = createHmac('sha256', key).update(subject).digest('base64url').slice(0, hashLength);
      if (hashes.size >= maxClients) hashes.clear();
      hashes.set(subject, hash);
    }
    return hash;
  }
  function record(
    { call, payload }: ClientQuery,
    resolved: ResolvedQuery | undefined,
    outcome: ArrivalOutcome,
    latencyMs: number,
  ): void {
    const { receivedAt, peerSubject } = call;
    const at = clock.wallMs() - (clock.now() - receivedAt);
    log.append(
      formatArrival({
        at,
        target: resolved?.entry.name ?? '',
        task: resolved?.entry.task ?? '',
        objective: resolved?.stated ?? noObjective,
        items: resolved?.items ?? 1,
        requestBytes: payload.length,
        outcome,
        latencyMs,
        client: peerSubject === undefined ? '' : hashOf(peerSubject),
      }),
    );
  }
  return {
    answered(query, resolved, { latencyMs, candidate }) {
      record(query, resolved, outcomeOf(latencyMs, candidate, resolved.objective), latencyMs);
    },
    failed(query, resolved, code) {
      record(query, resolved, code, clock.now() - query.call.receivedAt);
    },
  };
}

function outcomeOf(latencyMs: number, { accuracy }: Candidate, objective: Objective): ArrivalOutcome {
  if (latencyMs > objective.latencyMs) return 'late';
  const reached = (objective.accuracyBound === 'lower95' ? accuracy?.lower95 : accuracy?.value) ?? 0;
  return reached < (objective.minAccuracy ?? 0) ? 'inaccurate' : 'ok';
}
