import assert from 'node:assert/strict';
import type { wire } from '@pareto/protocol';
import pc from 'picocolors';
import { formatCandidates } from '../../../src/candidates/candidate-table.js';
import { explainInASentence } from '../../../src/commands/explain/sentence.js';

const objective: wire.Objective = {
  ...{ latencyMs: 20, _latencyMs: 'latencyMs', minAccuracy: 0.98, _minAccuracy: 'minAccuracy' },
  ...{ class: 'ONLINE', accuracyBound: 'POINT', degrade: 'FORBID', prefer: 'PREFER_UNSPECIFIED' },
};

const measured = (metric: string, value: number): wire.Accuracy => ({
  ...{ metric, value, lower95: value, upper95: value, samples: 10, scale: 80 },
});

const candidate = (
  variant: string,
  verdict: string,
  predictedMs: number,
  costPer_1k: number,
  value = 0.99,
): wire.Candidate => ({
  ...{ variant, verdict, predictedMs, costPer_1k, slackMs: 20 - predictedMs, hardwareClass: 'cpu/x', replicasReady: 1 },
  ...{ detail: '', accuracyRank: 0, accuracy: measured('top1', value) },
});

const explained = (more: Partial<wire.ExplainResponse>): wire.ExplainResponse => ({
  ...{ decisionId: 'r.1', target: 'digits', objective, outcome: 'chosen', worker: 'w1', ageMs: 5, tableVersion: 'e:3' },
  ...{ candidates: [], verdicts: {}, ...more },
});

describe('explainInASentence', () => {
  const three = [
    candidate('b:int8', 'chosen', 5, 0.1),
    candidate('a:fp16', 'eligible', 9, 0.2),
    candidate('c:original', 'eligible', 9, 0.3),
  ];

  it('explains why the variant was chosen and counts the rejected ones', () => {
    const text = explainInASentence(
      explained({ candidates: three, verdicts: { eligible: 3, 'too-slow': 3, 'below-accuracy': 2 } }),
    );
    assert.equal(
      text,
      'b:int8 on w1 answered: the cheapest of 3 that meet ≥ 98 % within 20 ms; 5 were refused: 3 too slow, 2 below the floor',
    );
    assert.match(
      explainInASentence(explained({ candidates: three.slice(0, 1) })),
      /the only variant that meets ≥ 98 %/,
    );
  });

  it('names the only variant only if no other one meets the objective, loaded or not', () => {
    const text = (verdicts: Record<string, number>, others: readonly wire.Candidate[] = []): string =>
      explainInASentence(explained({ candidates: [...three.slice(0, 1), ...others], verdicts }));
    const cold = Array.from({ length: 5 }, (_, i) => candidate(`c${i}:original`, 'cold', 9, 0.2));
    assert.match(text({ eligible: 1, 'too-slow': 2 }), /: the only variant that meets ≥ 98 % within 20 ms; 2 were/);
    assert.match(
      text({ eligible: 1, cold: 5 }, cold),
      /: the one that is loaded of 6 that meet ≥ 98 % within 20 ms; 5 would be feasible after loading$/,
    );
    assert.match(text({ eligible: 1, costlier: 3 }), /: the cheapest that meets ≥ 98 % within 20 ms; 3 that cost more/);
  });

  it('explains that a load takes longer than the latency while slots are short', () => {
    assert.match(
      explainInASentence(explained({ outcome: 'late-load', candidates: [], verdicts: { cold: 1 } })),
      /^refused: a variant that meets ≥ 98 % within 20 ms is not loaded, its load takes longer .* slots are short/,
    );
  });

  it('names the best by ranks rather than by estimates', () => {
    const ranked = (rank: number, ...[name, verdict, value]: readonly [string, string, number]): wire.Candidate => ({
      ...candidate(name, verdict, 5, rank === 2 ? 0.1 : 0.2, value),
      accuracyRank: rank,
    });
    const text = (...candidates: readonly wire.Candidate[]): string =>
      explainInASentence(explained({ candidates: [...candidates] }));
    const original = ranked(1, 'm:original', 'chosen', 0.981);
    const cheap = ranked(2, 'm:int4', 'eligible', 0.97);
    const equal = ranked(1, 'm:fp16', 'eligible', 0.983);
    assert.match(text(original, cheap), /: the most accurate of 2 that meet/);
    assert.match(text(original, equal, cheap), /: the cheapest of the equally accurate best of 3 that meet/);
  });

  it('states the floor of regression as a limit of its error', () => {
    const floor = { ...objective, minAccuracy: 0.6 };
    const candidates = [{ ...candidate('b:int8', 'chosen', 5, 0.1), accuracy: measured('rmse', 0.62) }];
    const text = explainInASentence(explained({ objective: floor, candidates }));
    assert.match(text, /the only variant that meets rmse ≤ 53\.34 within 20 ms/);
  });

  it('explains a refusal', () => {
    const text = (outcome: string, verdicts: Record<string, number>): string =>
      explainInASentence(explained({ outcome, verdicts, worker: '' }));
    assert.equal(
      text('infeasible', { 'too-slow': 1 }),
      'refused: no variant of digits meets ≥ 98 % within 20 ms; 1 was refused: 1 too slow',
    );
    assert.match(
      text('overloaded', { busy: 2 }),
      /^refused: the variants of digits that meet ≥ 98 % within 20 ms are too busy now/,
    );
    assert.match(
      text('backlogged', { backlogged: 1 }),
      /^refused: digits is overloaded, .* what meets ≥ 98 % within 20 ms may not get longer; 1 was refused: 1 with a queue/,
    );
    assert.match(
      text('chosen', { eligible: 2, 'below-accuracy': 1, costlier: 9 }),
      /; 1 was refused: 1 below the floor; 9 that cost more were not examined$/,
    );
    assert.match(
      text('late', {}),
      /^refused by the worker: .* was chosen, but could not start the query in time any more/,
    );
  });
});

describe('formatCandidates', () => {
  it('lists the chosen candidate first and prints by how much the others miss the objective', () => {
    const listed = [
      candidate('slow:fp32', 'too-slow', 47.5, 0.1),
      candidate('low:int4', 'below-accuracy', 5, 0.1, 0.95),
      candidate('b:int8', 'chosen', 10, 0.1),
    ];
    const lines = formatCandidates(listed, { objective, paint: pc.createColors(false), width: 120 }).split('\n');
    assert.match(lines[0] ?? '', /VARIANT +PREDICTED +OF 20\.0 ms/);
    assert.match(lines[1] ?? '', /^▶ +b:int8 +10\.0 ms +████····│········ .*chosen$/);
    assert.match(lines[2] ?? '', /^✗ +slow:fp32 +47\.5 ms +████████│████████… .*too slow by 27\.5 ms$/);
    assert.match(lines[3] ?? '', /^✗ +low:int4 .*below the floor by 3\.00 points$/);
  });

  it('prints errors of regression and what they miss in the unit of the labels', () => {
    const listed = [{ ...candidate('low:int4', 'below-accuracy', 5, 0.1), accuracy: measured('rmse', 0.5) }];
    const view = { objective: { ...objective, minAccuracy: 0.6 }, paint: pc.createColors(false), width: 150 };
    const text = formatCandidates(listed, view);
    assert.match(text, /low:int4 .* rmse 80\.00 +\(80\.00 to 80\.00\) .*below the floor by 26\.67 in rmse$/);
  });
});
