// The latency of a variant is the same number in every table, also if noise made a batch slower than a larger one.

import assert from 'node:assert/strict';
import { digits, fakeVariant } from '../support/fake-description.js';
import { createFakeStorage, startFakeController, type FakeController } from '../support/fake-controller.js';
import { startProgram } from '../support/run-program.js';

describe('the latency of a variant', () => {
  let controller: FakeController;
  before(async () => {
    controller = await startFakeController(createFakeStorage());
    const { measurements, ...variant } = fakeVariant({ name: 'mlp:original', accuracyRank: 1 });
    const points = [
      { batch: 1, p50Ms: 0.1, p95Ms: 0.9, p99Ms: 1.41, runs: 200 },
      { batch: 4, p50Ms: 0.12, p95Ms: 0.2, p99Ms: 0.27, runs: 200 },
    ];
    const noisy = measurements.map((one) => ({ ...one, profile: one.profile && { ...one.profile, points } }));
    const variants = [{ ...variant, measurements: noisy }];
    controller.description = { ...digits, variants };
    controller.list = { tasks: digits.task === null ? [] : [digits.task], variants };
  });
  after(() => controller[Symbol.dispose]());

  const print = async (...argv: string[]): Promise<string> =>
    (await startProgram(...argv, '--controller', controller.address, '-o', 'wide').ended).stdout;

  for (const command of [
    ['get', 'variants'],
    ['frontier', 'digits'],
    ['describe', 'digits'],
  ]) {
    it(`is its p99 at batch 1, as decisions count it, in ${command.join(' ')}`, async () => {
      const text = await print(...command);
      assert.match(text, /^.*P99 BATCH 1 .*\n.*mlp:original .* 0\.27 ms/m);
      assert.doesNotMatch(text, /1\.41/);
    });
  }

  it('is that in the whole profile too, which says that the measured one is another', async () => {
    const text = await print('describe', 'mlp:original');
    assert.match(text, /P99 BATCH 1.*\n.* 0\.27 ms/);
    assert.match(text, /^ +1 +0\.10 ms +0\.20 ms +0\.27 ms /m);
    assert.match(text, /^ {2}measured slower than a larger batch, and counts like that: batch 1 \(p99 1\.41 ms\)$/m);
  });
});
