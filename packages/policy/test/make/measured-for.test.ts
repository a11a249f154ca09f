import assert from 'node:assert/strict';
import { digest, type Measurement, type SampleScores } from '@pareto/core';
import { buildAccuracy, buildMeasuredResult, buildProfile } from '@pareto/testkit';
import { isMeasuredFor, sampleSetId } from '../../src/index.js';

const validation = digest(`sha256:${'1'.repeat(64)}`);
const task = { validation, metric: 'top1' } as const;
const accuracy = buildAccuracy(0.9, 0);
const scoresOf = (set: string): SampleScores => ({ set, count: 0, bits: 1, low: 0, high: 1, codes: '' });
const measured = (set?: string, of = accuracy): { result: Measurement['result'] } => ({
  result: buildMeasuredResult(buildProfile([]), of, set === undefined ? {} : { scores: scoresOf(set) }),
});

describe('isMeasuredFor', () => {
  it('compares the samples and the metric of the scores', () => {
    assert.equal(isMeasuredFor(task, measured(sampleSetId(validation, 'top1', 'a'))), true);
    assert.equal(isMeasuredFor(task, measured(sampleSetId(validation, 'f1', 'a'))), false);
    assert.equal(isMeasuredFor(task, measured(sampleSetId('sha256:2', 'top1', 'a'))), false);
  });

  it('is false without an accuracy, but not without scores', () => {
    const none = { result: buildMeasuredResult(buildProfile([]), undefined) };
    assert.equal(isMeasuredFor(task, none), false);
    assert.equal(isMeasuredFor(task, measured()), true);
  });

  it('is true for a task without samples, and for a failure', () => {
    assert.equal(isMeasuredFor({ ...task, validation: undefined }, measured('another')), true);
    assert.equal(isMeasuredFor(task, { result: { kind: 'failed', reason: 'NaN' } }), true);
  });
});
