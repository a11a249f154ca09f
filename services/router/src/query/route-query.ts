// The way of one query to its answer: selects a variant, picks a replica, forwards the request, and tries again.

import { ParetoError, withoutStack, type Candidate } from '@pareto/core';
import type { Decision } from '@pareto/policy';
import type { Payload } from '@pareto/protocol';
import { decide } from './decide.js';
import { failureOf, recordOutcome, send, tryTakeRetry, type Routed } from './forward.js';
import { holdQuery, type HeldQuery } from './held-query.js';
import { refusalOf } from '../resolve/refusal.js';
import { admissionObjective, remainingMs, resolve, type ResolvedQuery, type ClientQuery } from '../resolve/resolve.js';
import type { RouterCore } from './router-core.js';
import type { LinkOutcome, OnOutcome } from '../workers/worker-link.js';

export interface Answer {
  /** The encoded ModelInferResponse. */
  readonly payload: Payload;
  readonly trailers: ReadonlyMap<string, string>;
  readonly candidate: Candidate;
  readonly degraded: boolean;
  readonly coldStart: boolean;
  readonly latencyMs: number;
  /** Predicted latency. Undefined if the query was held or sent before, so that the prediction does not cover it. */
  readonly predictedMs: number | undefined;
}

/** The fields that identify a query to other processes. */
export type QueryIdentity = Pick<Routed, 'decision' | 'decisionId' | 'traceparent'>;

type Holding = Extract<Decision, { kind: 'hold' }>;
type Settled = Exclude<Decision, { kind: 'hold' }>;

/**
 * Routes a query that was resolved with the current table. Each method may throw a ParetoError whose code is the query's
 * status. A class whose steps the caller takes, since each asynchronous function takes a KB for every query.
 */
export class QueryRoute implements Disposable {
  readonly #core: RouterCore;
  readonly #query: ClientQuery;
  readonly #identity: QueryIdentity;
  #resolved: ResolvedQuery;
  #held: HeldQuery | undefined;
  #attempts = 0;
  #losses = 0;
  /** The last send. */
  #routed: Routed | undefined;

  constructor(core: RouterCore, query: ClientQuery, resolved: ResolvedQuery, identity: QueryIdentity) {
    this.#core = core;
    this.#query = query;
    this.#resolved = resolved;
    this.#identity = identity;
  }

  /** Decides on the query. Returns how long it is held, or where it is sent. */
  decide(): Decision {
    const [core, query] = [this.#core, this.#query];
    const isFirst = this.#attempts === 0;
    if (!isFirst) this.#resolved = resolve(core.tables.table, query);
    const now = core.clock.now();
    if (remainingMs(query, now) === 0) throw new ParetoError('deadline-exceeded', 'the deadline has passed');
    return decide(core, query, this.#resolved, { decision: this.#identity.decision, now, isFirst, isHeld: false });
  }

  /** Waits for a decision that ends the wait. */
  async hold(decided: Holding): Promise<Settled> {
    const [core, query] = [this.#core, this.#query];
    this.#held ??= holdQuery(core, query, this.#resolved);
    const settled = await this.#held.wait({ ...decided, resolved: this.#resolved }, () => {
      const resolved = resolve(core.tables.table, query);
      const attempt = { decision: this.#identity.decision, now: core.clock.now(), isFirst: false, isHeld: true };
      return { ...decide(core, query, resolved, attempt), resolved };
    });
    this.#resolved = settled.resolved;
    return settled;
  }

  /** Sends the query to the replica that was decided. Calls `done` once, perhaps before it returns. */
  send(decided: Settled, done: OnOutcome): void {
    const core = this.#core;
    if (decided.kind === 'refuse') throw this.#refuse(decided);
    const { decision, decisionId, traceparent } = this.#identity;
    const { selection, replica } = decided;
    if (selection.missed !== undefined) core.demand.missed(this.#resolved, selection.missed.variant);
    this.#routed = {
      decision,
      decisionId,
      traceparent,
      replica,
      selection,
      isFirst: this.#attempts === 0 && this.#held === undefined,
      isColdStart: this.#held !== undefined,
      sentAt: core.clock.now(),
    };
    send(core, this.#query, this.#resolved, this.#routed, done);
  }

  /** Returns the answer. Undefined if the query is to be decided again. */
  settle(outcome: LinkOutcome): Answer | undefined {
    const [core, query, routed] = [this.#core, this.#query, this.#routed];
    if (routed === undefined) throw new Error('the query was not sent');
    const now = recordOutcome(core, query, this.#resolved, routed, outcome);
    if (outcome.kind === 'answered') {
      const { selection } = routed;
      return {
        payload: outcome.payload,
        trailers: outcome.trailers,
        candidate: selection.candidate,
        degraded: selection.degraded,
        coldStart: routed.isColdStart,
        latencyMs: now - query.call.receivedAt,
        predictedMs: routed.isFirst ? selection.predictedMs : undefined,
      };
    }
    this.#attempts += 1;
    if (outcome.kind === 'lost') this.#losses += 1;
    const sends = { attempts: this.#attempts, losses: this.#losses };
    if (!tryTakeRetry(core, outcome, query, sends)) throw failureOf(outcome, query.payload.length);
    return undefined;
  }

  #refuse(refused: Extract<Decision, { kind: 'refuse' }>): ParetoError {
    const now = this.#core.clock.now();
    const elapsedMs = now - this.#query.call.receivedAt;
    const objective = admissionObjective(this.#query, this.#resolved, now);
    return withoutStack(() => refusalOf(refused, this.#resolved, objective, elapsedMs));
  }

  [Symbol.dispose](): void {
    this.#held?.[Symbol.dispose]();
  }
}
