import assert from 'node:assert/strict';
import { fallbackObjective, milliseconds, type Objective, type RuleInForce, type TargetEntry } from '@pareto/core';
import { defaultSelectParams, selectVariant, type SelectionQuery } from '@pareto/policy';
import { reasonText } from '../../src/refusals/refusal.js';
import { domainTable } from '../support/domain-table.js';

const [entry = assert.fail()] = domainTable({ a: { ms: 1, replicas: 1 }, b: { ms: 2, replicas: 0 } }).targets.values();
const text = (fields: Partial<TargetEntry>, objective: Partial<Objective>): string =>
  reasonText('infeasible', {
    entry: { ...entry, ...fields },
    items: 1,
    objective: { ...fallbackObjective, ...objective },
    elapsedMs: 0,
    soonest: undefined,
  });

describe('the reason of a refusal', () => {
  it('states that min_accuracy requires a measured accuracy', () => {
    const objective = { ...fallbackObjective, minAccuracy: 0.5 };
    const query: SelectionQuery = {
      ...{ items: 1, objective, elapsedMs: 0 },
      ...{ now: 0, isPatient: false },
    };
    const selection = selectVariant(entry, query, undefined, defaultSelectParams);
    assert.ok(selection.kind === 'refused' && selection.reason === 'infeasible');
    assert.equal(selection.nearest?.candidate.variant, 'a:original');
    assert.match(text({}, objective), /accuracy >= 0.5: its accuracy was never measured, .* validation set$/);
    assert.doesNotMatch(text({}, { latencyMs: fallbackObjective.latencyMs }), /never measured/);
    const [known = assert.fail()] = entry.candidates;
    const accuracy = { metric: 'top1', value: 0.4, lower95: 0.3, upper95: 0.5, samples: 9 } as const;
    assert.doesNotMatch(text({ candidates: [{ ...known, accuracy }] }, objective), /never measured/);
  });

  it('states the floor of regression as a limit of its error too', () => {
    const [known = assert.fail()] = entry.candidates;
    const accuracy = { metric: 'rmse', value: 0.5, lower95: 0.4, upper95: 0.6, samples: 9, scale: 80 } as const;
    const reason = text({ candidates: [{ ...known, accuracy }] }, { minAccuracy: 0.625 });
    assert.match(reason, /can meet \d+ ms, accuracy >= 0\.625 \(rmse ≤ 48\.00\)$/);
  });

  it('states the wait of a query that would make a standing queue longer, and the maximum', () => {
    const [candidate = assert.fail()] = entry.candidates;
    const soonest = { candidate, predictedMs: 90.4, waitMs: 80.2, maxWaitMs: 40.1, batchMs: 10, marginMs: 0 };
    const objective = { ...fallbackObjective, latencyMs: milliseconds(5_000) };
    assert.match(
      reasonText('backlogged', { entry, items: 1, objective, elapsedMs: 0, soonest }),
      /a:original is busy and would take 90 ms, of which 80 ms are the wait in its queue; .* at most 40 ms; lower/,
    );
    assert.match(
      reasonText('backlogged', { entry, items: 1, objective, elapsedMs: 0, soonest: { ...soonest, maxWaitMs: -0.1 } }),
      /in its queue; other queries, of which a larger share is rejected, need its slots; lower the request rate$/,
    );
  });

  it('states that a load takes longer than the latency while slots are short', () => {
    const objective = { ...fallbackObjective, latencyMs: milliseconds(20) };
    assert.match(
      reasonText('late-load', { entry, items: 1, objective, elapsedMs: 0, soonest: undefined }),
      /cannot meet 20 ms now: .* not loaded, its load takes longer than the latency, and slots are short; lower .* relax/,
    );
  });

  it('lists the rules that exclude variants, without warmth rules', () => {
    const rule = (kind: RuleInForce['kind'], target: string): RuleInForce => ({
      ...{ kind, target, task: 'digits', reason: `for ${kind}` },
    });
    const rules = [rule('cold', 'b'), rule('deny', 'b'), rule('warm', 'a')];
    const reason = text({ rules, exclusions: [undefined, 'denied'] }, {});
    assert.match(reason, /, as b is denied: for deny$/);
  });
});
