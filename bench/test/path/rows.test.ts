import assert from 'node:assert/strict';
import type { Row } from '@pareto/testkit';
import { planRun, type Cell } from '../../path/form.js';
import { subjectNames, type PairedWindow, type Round } from '../../path/round.js';
import { cellRows, lightRows, targets } from '../../path/rows.js';

const { form, loads } = planRun({});
const [cell] = loads.filter((load): load is Cell => 'inFlight' in load && load.inFlight === 16);
assert.ok(cell !== undefined);

/** Builds a round in which ONNX Runtime alone has 100 items/s, and `after` after the router, which has `rate`. */
function buildRound(rate: number, after = 100): Round {
  const window: PairedWindow = {
    ...{
      rate: 200,
      latenciesMs: Float64Array.of(1, 2, 3, 40),
      startsMs: new Float64Array(4),
      cpuMs: new Map([['pass-through', 4]]),
    },
    ...{ rawRate: { before: 100, after: 100 }, rawRunMs: { before: 0.5, after: 1.5 } },
  };
  const windows = Object.fromEntries(subjectNames.map((name) => [name, window])) as Round;
  const rawRate = { before: 100, after };
  return { ...windows, router: { ...window, rate, rawRate, cpuMs: new Map([['router', 12]]) } };
}

const valueOf = (rows: readonly Row[], name: string): number | undefined =>
  rows.find((row) => row.name === `${cell.name}: ${name}`)?.value;

describe('the rows of a cell', () => {
  it('have the median and the range of the ratios of kept pairs', () => {
    const rounds = [buildRound(50), buildRound(70), buildRound(10, 106), buildRound(60, 104)];
    const rows = cellRows(cell, rounds, form);
    assert.equal(valueOf(rows, 'pairs kept'), 3);
    assert.equal(valueOf(rows, 'router / raw'), 60 / 102);
    assert.equal(valueOf(rows, 'router / raw, min'), 0.5);
    assert.equal(valueOf(rows, 'router / raw, max'), 0.7);
    assert.equal(valueOf(rows, 'router / echo, max'), 0.35);
    assert.equal(valueOf(rows, 'worker / raw, max'), 2, 'its own pairs are kept');
    assert.equal(valueOf(rows, 'p99 / p50 of the router'), 20);
  });
  it('have the CPU time of each process, and the ratio to that of the pass-through', () => {
    const rows = cellRows(cell, [buildRound(50)], form);
    assert.equal(valueOf(rows, 'CPU of the router'), 3000);
    assert.equal(valueOf(rows, 'CPU of the router / of the pass-through'), 3);
  });
  it('state that too few pairs were kept', () => {
    const rows = cellRows(cell, [buildRound(50), buildRound(50, 200)], form);
    assert.deepEqual(rows[0], { name: `${cell.name}: pairs kept`, value: 1, unit: '', reach: { above: 6 } });
    assert.equal(cellRows(cell, [buildRound(50, 200)], form).length, 1);
  });
});

describe('the targets', () => {
  it('are those of rows that a full run has', () => {
    const names = loads.flatMap((load) =>
      'inFlight' in load
        ? cellRows(load, [buildRound(50)], form)
        : lightRows(load, { rawMs: Float64Array.of(1), routerMs: Float64Array.of(2), lateMs: Float64Array.of(3) }),
    );
    const known = new Set(names.map(({ name }) => name));
    assert.deepEqual(
      Object.keys(targets).filter((name) => !known.has(name)),
      [],
    );
  });
});
