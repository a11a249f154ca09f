import assert from 'node:assert/strict';
import { judgeRow, type Run } from '@pareto/testkit';
import { describeBaseline } from '../report/describe-baseline.js';
import { findFaults } from '../report/find-faults.js';
import { machineKind } from '../report/machine-kind.js';

describe('the report of a benchmark', () => {
  const kept = judgeRow({ name: 'goodput', value: 1, unit: 'x' });
  const baseline: Run = {
    ...{ benchmark: 'plan', machine: { cpu: 'x', cores: 2, memoryGib: 8 }, node: '20.0.0' },
    ...{ load: { start: 0, end: 0 }, commit: '1a2b3c4d', date: '2026-05-09T06:24:12.345Z' },
    rows: [kept, judgeRow({ name: 'goodput', value: 9, unit: '/s' })],
  };
  const summary = { kind: '2-core-x', saveCommand: 'npm run bench:plan -- --save', baseline, rows: [kept] };

  it('says what the rows are compared with', () => {
    const line = 'Baseline of 2-core-x: commit 1a2b3c4d, 2026-05-09. Rows that are worse: 0';
    assert.equal(describeBaseline({ ...summary, isWhole: false }), line);
    assert.equal(
      describeBaseline({ ...summary, isWhole: true }),
      `${line}\nOnly the baseline has this row: goodput (/s)`,
    );
  });

  it('says how to save a baseline if there is none', () => {
    const text = describeBaseline({ ...summary, baseline: undefined, isWhole: true });
    assert.match(text, /no baseline .* \(2-core-x\).*"npm run bench:plan -- --save" saves one$/);
  });

  it('finds rows without a value or a unique name', () => {
    const rows = [
      { name: 'a', value: 1, unit: 'ms' },
      { name: 'a', value: 2, unit: '/s' },
      { name: 'a', value: 3, unit: 'ms' },
      { name: 'b', value: NaN, unit: '' },
    ];
    assert.deepEqual(findFaults(rows.slice(0, 2)), []);
    assert.deepEqual(findFaults(rows), ['Two rows are named "a (ms)".', '"b" has no value.']);
    assert.match(findFaults([])[0] ?? '', /^Nothing was measured/);
  });

  it('names the kind of a machine by its cores, CPU, instruction set and version of Node', () => {
    const machine = {
      cores: 2,
      cpu: 'AMD EPYC 9R14',
      cpuinfo: 'flags : avx512f avx512_vnni',
      arch: 'x64',
      node: '20.20.2',
    };
    assert.equal(machineKind(machine), '2-core-amd-epyc-9r14-avx512-vnni-node-20');
    const laptop = { cores: 8, cpu: 'Apple M1 Pro', cpuinfo: '', arch: 'arm64', node: '24.1.0' };
    assert.equal(machineKind(laptop), '8-core-apple-m1-pro-neon-node-24');
  });
});
