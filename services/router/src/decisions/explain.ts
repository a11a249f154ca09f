// Implements Explain, from this router's log or by a call to the router that made the decision.

import { ParetoError, type RoutingTable } from '@pareto/core';
import type { wire } from '@pareto/protocol';
import type { ServerCall } from '@pareto/rpc';
import { explainWithoutId, type Access } from '@pareto/service';
import { formatDecisionId, parseDecisionId, type DecisionId } from './decision-id.js';
import type { DecisionLog } from './decision-log.js';
import { describeDecision } from './describe.js';
import type { OtherRouters } from './other-routers.js';

export interface ExplainOptions {
  readonly routerId: string;
  readonly decisions: DecisionLog;
  readonly table: () => RoutingTable | undefined;
  readonly access: Access;
  readonly otherRouters: OtherRouters;
}

const forwardTimeoutMs = 2_000;

/** An empty `id` means the last decision of this router, which may be another client's: it requires an operator. */
export async function explain(
  options: ExplainOptions,
  id: string,
  call: ServerCall,
): Promise<wire.ExplainResponseInput> {
  if (id === '') options.access.requireReader(call, explainWithoutId);
  const decision = id === '' ? lastDecision(options) : parseDecisionId(id);
  const { router } = decision;
  const decisionId = id === '' ? formatDecisionId(decision) : id;
  if (router === options.routerId) {
    const record = options.decisions.find(decision);
    if (record !== undefined) return describeDecision(record, decisionId);
    throw new ParetoError('not-found', `decision ${decisionId} is not in the log: it was overwritten or never made`);
  }
  const address = options.table()?.routers.get(router);
  // A request that another router forwarded is not forwarded again.
  if (address === undefined || options.access.isService(call)) {
    throw new ParetoError(
      'not-found',
      `decision ${decisionId} was made by router ${router}, which is no longer running`,
    );
  }
  const timeoutMs = Math.min(forwardTimeoutMs, call.remainingMs() ?? forwardTimeoutMs);
  return options.otherRouters.explain(address, decisionId, { signal: call.signal, timeoutMs });
}

function lastDecision({ decisions }: ExplainOptions): DecisionId {
  if (decisions.last !== undefined) return decisions.last;
  throw new ParetoError('not-found', 'this router has made no decision yet; send it a query first');
}
