import assert from 'node:assert/strict';
import {
  compareWithBaseline,
  createTempFolder,
  formatRun,
  judgeRow,
  readRun,
  writeRun,
  type Run,
} from '../src/index.js';

const baseline = judgeRow({ name: 'path / raw', value: 0.8, unit: 'x' });

const run: Run = {
  benchmark: 'path',
  machine: { cpu: 'AMD EPYC 9R14', cores: 2, memoryGib: 16 },
  node: '24.1.0',
  load: { start: 0.1, end: 1.96 },
  commit: '1a2b3c4d-dirty',
  date: '2026-05-09T06:24:12.345Z',
  rows: [
    compareWithBaseline({ name: 'path / raw', value: 0.6, unit: 'x', reach: { above: 0.5 } }, [baseline]),
    judgeRow({ name: 'rate', value: 12_345.6, unit: '/s' }),
    judgeRow({ name: 'p99', value: NaN, unit: 'ms', reach: { below: 5 } }),
  ],
};

describe('a run', () => {
  it('is formatted as a table', () => {
    assert.equal(
      formatRun(run),
      `
NAME         VALUE  UNIT  REACH          BASELINE   CHANGE
path / raw     0.6  x     > 0.5  holds        0.8  -25.0 %  WORSE
rate        12,350  /s
p99           none  ms    < 5    MISSED

path: 2 x AMD EPYC 9R14, 16 GiB, Node 24.1.0, load 0.1 to 2.0, commit 1a2b3c4d-dirty, 2026-05-09T06:24Z`.trim(),
    );
  });

  it('omits the columns of a baseline that is not there', () => {
    assert.match(formatRun({ ...run, rows: run.rows.slice(1) }), /^NAME +VALUE +UNIT +REACH\n/);
  });

  it('is read as it was written', async () => {
    await using folder = await createTempFolder();
    const file = folder.file('kind/path.json');
    assert.equal(readRun(file), undefined);
    writeRun(file, run);
    assert.deepEqual(readRun(file), run);
  });
});
