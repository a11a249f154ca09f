// One query, from its arrival to its answer: waits for a table, selects a variant and a replica, is held, forwarded, retried
// and answered.

import { ParetoError, withoutStack, type VariantId } from '@pareto/core';
import { refillRetryBudget, type Decision } from '@pareto/policy';
import type { Span } from '@pareto/telemetry';
import { formatDecisionId, type DecisionId } from '../decisions/decision-id.js';
import { refusalOf, type Refusal } from '../resolve/refusal.js';
import { admissionObjective, remainingMs, resolve, type ResolvedQuery, type ClientQuery } from '../resolve/resolve.js';
import { isPublicTrailer, type LinkOutcome } from '../workers/worker-link.js';
import type { Answer, AnswerReceiver } from './answer.js';
import { failureOf, forward, recordOutcome, tryTakeRetry, type SentQuery } from './forward.js';
import { holdQuery, type HeldQuery } from './held-query.js';
import { recordAnswer, recordFailure } from './record-end.js';
import type { RouterCore } from './router-core.js';
import { selectAndAdmit } from './select-and-admit.js';
import { waitForTable } from './wait-for-table.js';

/**
 * arrived ──> resolved ──> sent ──> answered or failed
 *                │  ▲        │
 *                ▼  └─ retry ┤
 *               held ────────┘
 */
type QueryState =
  /** There was no table yet. */
  | { readonly kind: 'arrived' }
  /** `held` is set if the query was held before, and is decided on again. */
  | { readonly kind: 'resolved'; readonly resolved: ResolvedQuery; readonly held: HeldQuery | undefined }
  /** Waits until a variant is loaded. */
  | { readonly kind: 'held'; readonly resolved: ResolvedQuery; readonly held: HeldQuery }
  | SentQuery;

type Routable = Exclude<Decision, { kind: 'hold' }>;

const arrived: QueryState = { kind: 'arrived' };

/** A class, since each asynchronous function takes more than a KB for every query. */
export class Query {
  readonly #core: RouterCore;
  readonly #query: ClientQuery;
  readonly #receiver: AnswerReceiver;
  readonly #decision: DecisionId;
  readonly #decisionId: string;
  readonly #span: Span;
  #state: QueryState = arrived;
  #attempts = 0;
  /** Number of the attempts that ended with the loss of the worker. */
  #losses = 0;
  /** Set until the query is held, or not executed: then its objective counts from there. */
  #isTimed = true;

  constructor(core: RouterCore, query: ClientQuery, receiver: AnswerReceiver) {
    const { call } = query;
    this.#core = core;
    this.#query = query;
    this.#receiver = receiver;
    this.#decision = core.decisions.next();
    this.#decisionId = formatDecisionId(this.#decision);
    this.#span = core.tracer.startSpan('router.infer', {
      kind: 'server',
      traceparent: call.metadata.get('traceparent'),
      startedAt: call.receivedAt,
    });
  }

  start(): void {
    const core = this.#core;
    const { call } = this.#query;
    core.loopLag.queryArrived();
    // The name as received may be any text, so only that of a known target is recorded.
    if (this.#span.recording) this.#span.set({ 'pareto.target': 'unknown', 'pareto.decision_id': this.#decisionId });
    call.setTrailer('pareto-decision-id', this.#decisionId);
    core.retryBudget.tokens = refillRetryBudget(core.retryBudget.tokens, core.params.retry);
    if (core.tables.table === undefined) this.#after(waitForTable(core, call.signal), () => this.#resolve());
    else this.#resolve();
  }

  #resolve(): void {
    const core = this.#core;
    try {
      const resolved = resolve(core.tables.table, this.#query);
      this.#state = { kind: 'resolved', resolved, held: undefined };
      if (this.#span.recording) this.#span.set({ 'pareto.target': resolved.entry.name });
      core.demand.offered(resolved);
      this.#route(resolved, undefined);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Forwards the query to a replica, or holds it. Throws a ParetoError if it is refused. */
  #route(resolved: ResolvedQuery, held: HeldQuery | undefined): void {
    const [core, query, decision] = [this.#core, this.#query, this.#decision];
    const now = core.clock.now();
    if (remainingMs(query, now) === 0) throw new ParetoError('deadline-exceeded', 'the deadline has passed');
    const attempt = { decision, now, isNew: this.#attempts === 0, isTimed: this.#isTimed, isHeld: false };
    const decided = selectAndAdmit(core, query, resolved, attempt);
    if (decided.kind === 'hold')
      this.#hold(decided.selection.candidate.variant, resolved, held ?? holdQuery(core, query, resolved));
    else this.#forward(decided, resolved, held);
  }

  #hold(variant: VariantId, resolved: ResolvedQuery, held: HeldQuery): void {
    const [core, query, decision] = [this.#core, this.#query, this.#decision];
    this.#state = { kind: 'held', resolved, held };
    this.#isTimed = false;
    const settled = held.wait(variant, resolved, () => {
      const latest = resolve(core.tables.table, query);
      const attempt = { decision, now: core.clock.now(), isNew: false, isTimed: false, isHeld: true };
      return { ...selectAndAdmit(core, query, latest, attempt), resolved: latest };
    });
    this.#after(settled, (routable) => this.#forward(routable, routable.resolved, held));
  }

  #forward(decided: Routable, resolved: ResolvedQuery, held: HeldQuery | undefined): void {
    const core = this.#core;
    if (decided.kind === 'refuse') throw this.#refusal(decided, resolved);
    const { selection, replica } = decided;
    if (selection.missed !== undefined) core.demand.missed(resolved, selection.missed.variant);
    const sent: SentQuery = {
      kind: 'sent',
      decision: this.#decision,
      decisionId: this.#decisionId,
      traceparent: this.#span.traceparent,
      resolved,
      held,
      replica,
      selection,
      isTimed: this.#isTimed,
      sentAt: core.clock.now(),
    };
    this.#state = sent;
    forward(core, this.#query, sent, (outcome) => this.#receive(sent, outcome));
  }

  #receive(sent: SentQuery, outcome: LinkOutcome): void {
    if (outcome.kind === 'answered') this.#settle(sent, outcome);
    // The query may be sent again, which is possible only when the link has ended all others that end with it.
    else queueMicrotask(() => this.#settle(sent, outcome));
  }

  #settle(sent: SentQuery, outcome: LinkOutcome): void {
    const [core, query] = [this.#core, this.#query];
    try {
      const now = recordOutcome(core, sent, outcome);
      if (outcome.kind === 'answered') return this.#succeed(sent, outcome, now - query.call.receivedAt);
      if (outcome.kind === 'refused' && sent.held !== undefined)
        return this.#hold(sent.selection.candidate.variant, sent.resolved, sent.held);
      this.#attempts += 1;
      if (outcome.kind === 'lost') this.#losses += 1;
      if (outcome.kind !== 'refused') this.#isTimed = false;
      const sends = { attempts: this.#attempts, losses: this.#losses };
      if (!tryTakeRetry(core, outcome, query, sends)) throw failureOf(outcome, query.payload.length);
      const resolved = resolve(core.tables.table, query);
      this.#state = { kind: 'resolved', resolved, held: sent.held };
      this.#route(resolved, sent.held);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Continues after a wait. */
  #after<T>(waited: Promise<T>, next: (result: T) => void): void {
    void waited.then(next).catch((error: unknown) => this.#fail(error));
  }

  #succeed(sent: SentQuery, outcome: Extract<LinkOutcome, { kind: 'answered' }>, latencyMs: number): void {
    const { payload, trailers } = outcome;
    const { candidate, degraded, predictedMs, marginMs } = sent.selection;
    const answer: Answer = {
      decisionId: this.#decisionId,
      payload,
      trailers,
      candidate,
      degraded,
      coldStart: sent.held !== undefined,
      latencyMs,
      predictedMs: sent.isTimed ? predictedMs + marginMs : undefined,
    };
    trailers.forEach((value, name) => {
      if (isPublicTrailer(name)) this.#query.call.setTrailer(name, value);
    });
    recordAnswer(this.#core, sent.resolved, answer);
    if (this.#span.recording) this.#span.set({ 'pareto.variant': candidate.variant });
    this.#span.end();
    sent.held?.[Symbol.dispose]();
    this.#receiver.succeed(answer);
  }

  #refusal(refused: Refusal, resolved: ResolvedQuery): ParetoError {
    const now = this.#core.clock.now();
    const elapsedMs = now - this.#query.call.receivedAt;
    const objective = admissionObjective(this.#query, resolved, now);
    return withoutStack(() => refusalOf(refused, resolved, objective, elapsedMs));
  }

  #fail(error: unknown): void {
    const state = this.#state;
    recordFailure(this.#core, state.kind === 'arrived' ? undefined : state.resolved, error);
    this.#span.end(error);
    if (state.kind !== 'arrived') state.held?.[Symbol.dispose]();
    this.#receiver.fail(error);
  }
}
