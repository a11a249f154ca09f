// Serves one query: routes it, and records its span, metrics, demand and trailers.

import { ParetoError, type ErrorCode } from '@pareto/core';
import { refillRetryBudget } from '@pareto/policy';
import type { Span } from '@pareto/telemetry';
import { formatDecisionId, type DecisionId } from '../decisions/decision-id.js';
import { QueryRoute, type Answer } from './route-query.js';
import { waitForTable } from './wait-for-table.js';
import { resolve, type ResolvedQuery, type ClientQuery } from '../resolve/resolve.js';
import type { RouterCore } from './router-core.js';
import { isPublicTrailer, type LinkOutcome, type OnOutcome } from '../workers/worker-link.js';

export interface Served extends Answer {
  readonly decisionId: string;
}

/** Receiver of the outcome of a query, which is called once. Errors are ParetoErrors whose code is the query's status. */
export interface ServedReceiver {
  succeed(served: Served): void;
  fail(error: unknown): void;
}

/** Throws a ParetoError whose code is the query's status. */
export const serve = (core: RouterCore, query: ClientQuery): Promise<Served> =>
  new Promise((succeed, fail) => startServing(core, query, { succeed, fail }));

/** Serves a query, whose outcome the receiver gets immediately or later. */
export const startServing = (core: RouterCore, query: ClientQuery, receiver: ServedReceiver): void =>
  new Serving(core, query, receiver).start();

/** A query from its arrival to its answer. A class, since an asynchronous function takes more than a KB for every query. */
class Serving {
  readonly #core: RouterCore;
  readonly #query: ClientQuery;
  readonly #receiver: ServedReceiver;
  readonly #decision: DecisionId;
  readonly #decisionId: string;
  readonly #span: Span;
  #resolved: ResolvedQuery | undefined;
  #route: QueryRoute | undefined;

  constructor(core: RouterCore, query: ClientQuery, receiver: ServedReceiver) {
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
      this.#resolved = resolved;
      if (this.#span.recording) this.#span.set({ 'pareto.target': resolved.entry.name });
      core.demand.offered(resolved);
      const { traceparent } = this.#span;
      const identity = { decision: this.#decision, decisionId: this.#decisionId, traceparent };
      const route = new QueryRoute(core, this.#query, resolved, identity);
      this.#route = route;
      this.#send(route);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Decides on the query, and sends it. Throws if it is refused. */
  #send(route: QueryRoute): void {
    const decided = route.decide();
    const done: OnOutcome = (outcome) => this.#receive(route, outcome);
    if (decided.kind === 'hold') this.#after(route.hold(decided), (settled) => route.send(settled, done));
    else route.send(decided, done);
  }

  #receive(route: QueryRoute, outcome: LinkOutcome): void {
    if (outcome.kind === 'answered') this.#settle(route, outcome);
    // The query may be sent again, which is possible only when the link has ended all others that end with it.
    else queueMicrotask(() => this.#settle(route, outcome));
  }

  #settle(route: QueryRoute, outcome: LinkOutcome): void {
    try {
      const answer = route.settle(outcome);
      if (answer !== undefined) this.#succeed(answer);
      else this.#send(route);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Takes a step after a wait. */
  #after<T>(waited: Promise<T>, step: (result: T) => void): void {
    void waited.then(step).catch((error: unknown) => this.#fail(error));
  }

  #succeed(answer: Answer): void {
    const [core, query, resolved] = [this.#core, this.#query, this.#resolved];
    if (resolved === undefined) throw new Error('the query was not resolved');
    answer.trailers.forEach((value, name) => {
      if (isPublicTrailer(name)) query.call.setTrailer(name, value);
    });
    recordAnswer(core, resolved, answer);
    if (this.#span.recording) this.#span.set({ 'pareto.variant': answer.candidate.variant });
    this.#span.end();
    this.#route?.[Symbol.dispose]();
    const { payload, trailers, candidate, degraded, coldStart, predictedMs, latencyMs } = answer;
    const decisionId = this.#decisionId;
    this.#receiver.succeed({ payload, trailers, candidate, degraded, coldStart, predictedMs, decisionId, latencyMs });
  }

  #fail(error: unknown): void {
    recordFailure(this.#core, this.#resolved, error);
    this.#span.end(error);
    this.#route?.[Symbol.dispose]();
    this.#receiver.fail(error);
  }
}

function recordAnswer(core: RouterCore, resolved: ResolvedQuery, answered: Answer): void {
  const { metrics, demand } = core;
  const { latencyMs } = answered;
  const target = resolved.entry.task;
  metrics.requests.add(1, { target, code: 'ok' });
  metrics.endToEnd.record(latencyMs / 1000, { target });
  if (answered.predictedMs !== undefined && answered.predictedMs > 0) {
    metrics.predictionRatio.record(latencyMs / answered.predictedMs, { target });
  }
  metrics.cost.add(Number(answered.trailers.get('pareto-cost') ?? 0), { target });
  if (latencyMs > resolved.objective.latencyMs) metrics.violations.add(1, { target });
  demand.answered(resolved, answered.candidate.variant, latencyMs);
}

const refusals: ReadonlySet<ErrorCode> = new Set(['resource-exhausted', 'failed-precondition']);
/** Codes of errors that the client did not cause. */
const failures: ReadonlySet<ErrorCode> = new Set(['deadline-exceeded', 'unavailable', 'internal', 'data-loss']);

/** Counts refusals as demand, so that the controller adds capacity for them. */
function recordFailure({ metrics, demand }: RouterCore, resolved: ResolvedQuery | undefined, error: unknown): void {
  const code = error instanceof ParetoError ? error.code : 'internal';
  metrics.requests.add(1, { target: resolved?.entry.task ?? 'unknown', code });
  if (resolved === undefined) return;
  if (refusals.has(code)) demand.refused(resolved, code === 'failed-precondition');
  else if (failures.has(code)) demand.failed(resolved);
}
