// Implements Explain, from this router's log or by a call to the router that made the decision.

import { ParetoError, type RoutingTable } from '@pareto/core';
import { createChannel, createClient, type ServerCall, type wire } from '@pareto/rpc';
import { explainWithoutId, type Access } from '@pareto/service';
import { formatDecisionId, parseDecisionId, type DecisionId } from './decision-id.js';
import type { DecisionLog } from './decision-log.js';
import { describeDecision } from './describe.js';

export interface ExplainOptions {
  readonly routerId: string;
  readonly decisions: DecisionLog;
  readonly table: () => RoutingTable | undefined;
  readonly access: Access;
}

const forwardTimeoutMs = 2_000;

/** An empty `id` means the last decision of this router, which may be another client's: it requires an operator. */
export async function explain(
  options: ExplainOptions,
  id: string,
  call: ServerCall,
): Promise<wire.ExplainResponseInput> {
  if (id === '') options.access.requireOperator(call, explainWithoutId);
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
  return forwardToRouter(address, decisionId, call, options.access);
}

function lastDecision({ decisions }: ExplainOptions): DecisionId {
  if (decisions.last !== undefined) return decisions.last;
  throw new ParetoError('not-found', 'this router has made no decision yet; send it a query first');
}

async function forwardToRouter(
  address: string,
  decisionId: string,
  call: ServerCall,
  access: Access,
): Promise<wire.ExplainResponse> {
  const channel = createChannel(address, access.channel('router'));
  try {
    const timeoutMs = Math.min(forwardTimeoutMs, call.remainingMs() ?? forwardTimeoutMs);
    return await createClient(channel, 'pareto.v1.Inference').explain(
      { decisionId },
      { signal: call.signal, timeoutMs },
    );
  } finally {
    channel.close();
  }
}
