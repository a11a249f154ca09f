import assert from 'node:assert/strict';
import { compareWithBaseline, judgeRow, type Row, type Run } from '@pareto/testkit';
import { formatOutcomes, judgeOutcome } from '../all/outcome.js';

const good: Row = { name: 'goodput', value: 0.9, unit: 'x', reach: { above: 0.8 } };
const missed: Row = { ...good, name: 'fairness', value: 0.7 };

const runOf = (rows: readonly Row[], baseline: readonly Row[] = []): Run => ({
  ...{ benchmark: 'plan', machine: { cpu: 'x', cores: 2, memoryGib: 8 }, node: '20.0.0', load: { start: 0, end: 0 } },
  ...{ commit: '', date: '' },
  rows: rows.map((row) => compareWithBaseline(row, baseline.map(judgeRow))),
});

const outcomeOf = (run: Run | undefined, exit: number | string = 0) =>
  judgeOutcome({ benchmark: 'plan', seconds: 61.4, exit, run });

describe('the outcome of a benchmark', () => {
  it('counts missed targets and worse rows', () => {
    const { failure, missedTargets, worseRows } = outcomeOf(runOf([good, missed], [{ ...good, value: 1 }, missed]));
    assert.deepEqual({ failure, missedTargets, worseRows }, { failure: null, missedTargets: 1, worseRows: 1 });
  });

  it('is a failure if the process failed or measured nothing', () => {
    assert.equal(outcomeOf(runOf([good]), 1).failure, 'exit 1');
    assert.equal(outcomeOf(undefined, 'SIGKILL').failure, 'exit SIGKILL');
    assert.equal(outcomeOf(undefined).failure, 'no rows');
    assert.equal(outcomeOf(runOf([])).failure, 'no rows');
  });

  it('is a line of the summary', () => {
    const outcomes = [
      outcomeOf(runOf([good], [good])),
      outcomeOf(runOf([good])),
      outcomeOf(
        runOf(
          [good, missed],
          [
            { ...good, value: 1 },
            { ...missed, value: 1 },
          ],
        ),
      ),
      { ...outcomeOf(runOf([missed]), 1), seconds: 300 },
    ];
    assert.equal(
      formatOutcomes(outcomes),
      `
BENCHMARK  RESULT                                            TIME
plan       ok                                                61 s
plan       ok, without a baseline                            61 s
plan       1 target missed, 2 rows worse than the baseline   61 s
plan       FAILED (exit 1), 1 target missed                 5 min`.trim(),
    );
  });
});
