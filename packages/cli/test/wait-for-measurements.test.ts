import assert from 'node:assert/strict';
import type { wire } from '@pareto/rpc';
import { measuringProgress } from '../src/wait-for-measurements.js';

describe('measuringProgress', () => {
  const architecture = { name: 'a', version: 2 } as wire.Architecture;
  const worker = (connected: boolean, id: string): wire.Worker =>
    ({ connected, workerId: id, measuring: '', slotGroups: [{ hardwareClass: { id } }] }) as unknown as wire.Worker;
  const variant = (version: number, ...classes: string[]): wire.Variant =>
    ({
      ...{ name: 'a:original', architecture: 'a', version },
      measurements: classes.map((hardwareClass) => ({ hardwareClass })),
    }) as unknown as wire.Variant;

  it('is done when every class that is connected has measured the versions registered', () => {
    const done = (variants: wire.Variant[], workers: wire.Worker[]): boolean =>
      measuringProgress(variants, [architecture], workers).done;
    const workers = [worker(true, 'cpu'), worker(true, 'gpu'), worker(false, 'tpu')];
    assert.equal(done([variant(2, 'cpu', 'gpu')], workers), true);
    assert.equal(done([variant(2, 'cpu')], workers), false);
    assert.equal(done([variant(1, 'cpu', 'gpu'), variant(2)], workers), false);
    assert.equal(done([variant(2)], []), false);
  });
});
