// One query, from its arrival to its answer. The core of the policy decides what happens to it, and this carries that out.

import { ParetoError, withoutStack, type ErrorCode, type Objective } from '@pareto/core';
import {
  sentOf,
  trackQuery,
  type Decision,
  type DecisionTrace,
  type RouterEvent,
  type RouterQuery,
} from '@pareto/policy';
import type { Span } from '@pareto/telemetry';
import { formatDecisionId, type DecisionId } from '../decisions/decision-id.js';
import type { Outcome } from '../decisions/decision-log.js';
import { refusalOf } from '../refusals/refusal.js';
import { resolve, type ClientQuery, type ResolvedQuery } from '../resolve/resolve.js';
import { isPublicTrailer, type LinkOutcome } from '../workers/worker-link.js';
import type { Answer, AnswerReceiver } from './answer.js';
import type { CoreQuery, QueryEffect } from '../core/core-driver.js';
import { deadlineAtOf } from './deadline.js';
import { endedEvent, failureOf, messageOf } from './forward.js';
import { holdError, holdQuery } from './held-query.js';
import { recordAnswer, recordFailure } from './record-end.js';
import type { RouterContext } from './router-context.js';
import { waitForTable } from './wait-for-table.js';

type Answered = Extract<LinkOutcome, { kind: 'answered' }>;
type Effect<Kind> = Extract<QueryEffect, { readonly kind: Kind }>;

/** A class, since each asynchronous function takes more than a KB for every query. */
export class Query implements CoreQuery {
  readonly #router: RouterContext;
  readonly #query: ClientQuery;
  readonly #receiver: AnswerReceiver;
  readonly #decision: DecisionId;
  readonly #decisionId: string;
  readonly #span: Span;
  readonly #state: RouterQuery<CoreQuery>;
  #resolved: ResolvedQuery | undefined;
  /** Set from the first hold on. */
  #held: Disposable | undefined;
  /** Outcome of the last send. */
  #outcome: LinkOutcome | undefined;

  constructor(router: RouterContext, query: ClientQuery, receiver: AnswerReceiver) {
    const { call, payload, priority } = query;
    const { receivedAt } = call;
    this.#router = router;
    this.#query = query;
    this.#receiver = receiver;
    this.#decision = router.decisions.next();
    this.#decisionId = formatDecisionId(this.#decision);
    this.#span = router.tracer.startSpan('router.infer', {
      kind: 'server',
      traceparent: call.metadata.get('traceparent'),
      startedAt: receivedAt,
    });
    const deadlineAt = deadlineAtOf(query, router.clock);
    this.#state = trackQuery<CoreQuery>(this, { receivedAt, deadlineAt, requestBytes: payload.length, priority });
  }

  start(): void {
    const { tables, loopLag } = this.#router;
    const { call } = this.#query;
    loopLag.queryArrived();
    // The name as received may be any text, so only that of a known target is recorded.
    if (this.#span.recording) this.#span.set({ 'pareto.target': 'unknown', 'pareto.decision_id': this.#decisionId });
    call.setTrailer('pareto-decision-id', this.#decisionId);
    if (tables.table !== undefined) return this.#resolve();
    void waitForTable(this.#router, call.signal).then(
      () => this.#resolve(),
      (error: unknown) => this.#leave(error),
    );
  }

  decided(decision: Decision, objective: Objective, trace: DecisionTrace, tookMs: number): void {
    const { decisions, metrics } = this.#router;
    const { entry, table } = this.#requireResolved();
    const outcome = outcomeOf(decision);
    const chosen = decision.kind === 'refuse' ? -1 : decision.selection.position;
    const tableVersion = table.version;
    decisions.record(this.#decision, { target: entry, objective, tableVersion, outcome, chosen, trace });
    metrics.decisions.add(1, { outcome });
    metrics.decisionTime.record(tookMs / 1000);
  }

  carryOut(effect: QueryEffect): void {
    let error: unknown;
    try {
      error = this.#carryOut(effect);
    } catch (thrown) {
      error = thrown;
    }
    if (error !== undefined) this.#fail(error);
  }

  /** Returns the error of a query that ends without an answer, since throwing it takes several us. Undefined otherwise. */
  #carryOut(effect: QueryEffect): unknown {
    const { metrics, decisions, workers, holdLimitMs } = this.#router;
    switch (effect.kind) {
      case 'forward':
        return this.#forward(effect.latencyLeftMs);
      case 'hold':
        return this.#hold();
      case 'answer':
        return this.#succeed(effect);
      case 'refuse':
        return this.#refusal(effect);
      case 'give-up':
        return holdError(effect.reason, this.#state.awaited, holdLimitMs);
      case 'expire':
        return new ParetoError('deadline-exceeded', 'the deadline has passed');
      case 'fail':
        return this.#failure();
      case 'resolve':
        if (effect.retryOf !== undefined)
          metrics.retries.add(1, { reason: effect.retryOf === 'not-sent' ? 'not-executed' : effect.retryOf });
        return this.#resolve();
      case 'late':
        decisions.late(this.#decision);
        return metrics.decisions.add(1, { outcome: 'late' });
      case 'suspect': {
        const outcome = this.#outcome;
        const error = outcome === undefined || outcome.kind === 'answered' ? undefined : outcome.error;
        return workers.suspect(sentOf(this.#state).replica.address, effect.reason, error);
      }
    }
  }

  /** Resolves the query with the current table, and has the core decide on it. */
  #resolve(): void {
    const { tables, loopLag } = this.#router;
    const isNew = this.#resolved === undefined;
    let resolved: ResolvedQuery;
    try {
      resolved = resolve(tables.table, this.#query);
    } catch (error) {
      return this.#leave(error);
    }
    this.#resolved = resolved;
    if (isNew && this.#span.recording) this.#span.set({ 'pareto.target': resolved.entry.name });
    this.#apply({ kind: 'resolved', query: this.#state, resolved, lagMs: loopLag.lagMs });
  }

  #requireResolved(): ResolvedQuery {
    if (this.#resolved === undefined) throw new Error('the query was not resolved');
    return this.#resolved;
  }

  #hold(): void {
    const { core, clock } = this.#router;
    const state = this.#state;
    const { hold } = state;
    const { signal } = this.#query.call;
    this.#held ??= holdQuery({
      signal,
      until: hold?.until ?? clock.now(),
      onTimeout: () => core.apply({ kind: 'hold-timeout', query: state }),
      onAborted: () => {
        // A query that was sent ends with its cancellation.
        if (state.stage === 'held') this.#leave(signal.reason);
      },
      clock,
    });
    if (signal.aborted) this.#leave(signal.reason);
  }

  #forward(latencyLeftMs: number): void {
    const { workers, decisions } = this.#router;
    const { replica } = sentOf(this.#state);
    decisions.sentTo(this.#decision, replica.worker);
    const { traceparent } = this.#span;
    const options = { decisionId: this.#decisionId, traceparent, latencyLeftMs };
    workers.infer(replica, messageOf(this.#query, this.#state, options), (outcome) => this.#receive(outcome));
  }

  #receive(outcome: LinkOutcome): void {
    if (outcome.kind === 'answered') this.#end(outcome);
    // The query may be sent again, which is possible only when the link has ended all others that end with it.
    else queueMicrotask(() => this.#end(outcome));
  }

  #end(outcome: LinkOutcome): void {
    this.#outcome = outcome;
    this.#apply(endedEvent(this.#state, outcome, this.#query.call.cancellation.aborted));
  }

  /** Applies an event. A defect of the core ends this query alone. */
  #apply(event: RouterEvent<CoreQuery>): void {
    try {
      this.#router.core.apply(event);
    } catch (error) {
      this.#fail(error);
    }
  }

  #answered(): Answered {
    if (this.#outcome?.kind !== 'answered') throw new Error('the query was not answered');
    return this.#outcome;
  }

  #succeed({ latencyMs, predictedMs }: Effect<'answer'>): void {
    const { payload, trailers } = this.#answered();
    const { candidate, degraded } = sentOf(this.#state).selection;
    const answer: Answer = {
      decisionId: this.#decisionId,
      payload,
      trailers,
      candidate,
      degraded,
      coldStart: this.#state.hold !== undefined,
      latencyMs,
      predictedMs,
    };
    trailers.forEach((value, name) => {
      if (isPublicTrailer(name)) this.#query.call.setTrailer(name, value);
    });
    const resolved = this.#requireResolved();
    recordAnswer(this.#router, resolved, answer);
    this.#router.arrivals?.answered(this.#query, resolved, answer);
    if (this.#span.recording) this.#span.set({ 'pareto.variant': candidate.variant });
    this.#span.end();
    this.#held?.[Symbol.dispose]();
    this.#receiver.succeed(answer);
  }

  #refusal(effect: Effect<'refuse'>): ParetoError {
    const resolved = this.#requireResolved();
    return withoutStack(() => refusalOf(effect, resolved));
  }

  #failure(): unknown {
    const outcome = this.#outcome;
    if (outcome === undefined || outcome.kind === 'answered') return new Error('the query has not failed');
    return failureOf(outcome, this.#query.payload.length);
  }

  /** Ends the query for a reason that the core does not know. */
  #leave(error: unknown): void {
    this.#router.core.apply({ kind: 'left', query: this.#state, code: codeOf(error) });
    this.#fail(error);
  }

  #fail(error: unknown): void {
    const code = codeOf(error);
    recordFailure(this.#router, this.#resolved, code);
    this.#router.arrivals?.failed(this.#query, this.#resolved, code);
    this.#span.end(error);
    this.#held?.[Symbol.dispose]();
    this.#receiver.fail(error);
  }
}

const codeOf = (error: unknown): ErrorCode => (error instanceof ParetoError ? error.code : 'internal');

function outcomeOf(decision: Decision): Exclude<Outcome, 'pending'> {
  if (decision.kind === 'refuse') return decision.cause;
  if (decision.kind === 'hold') return 'cold';
  return decision.selection.degraded ? 'degraded' : 'chosen';
}
