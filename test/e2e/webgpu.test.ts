// A second hardware class: WebGPU on a Vulkan device in software, with real sessions on it.

import assert from 'node:assert/strict';
import { toNumbers } from '@pareto/models';
import type { DecodedInferResponse, wire } from '@pareto/protocol';
import { findSoftwareGpu, floats, longs, writeNpz } from '@pareto/testkit';
import { createTestClient, type TestClient } from '../support/client.js';
import { startCluster, type Cluster } from '../support/cluster.js';
import { classesOf, readDigitModel, readDigits, type Digits } from '../support/digits.js';
import { skipWithout } from '../support/skip.js';

const scoresOf = ({ outputs: [logits] }: DecodedInferResponse): ArrayLike<number> =>
  logits === undefined ? [] : toNumbers({ datatype: logits.datatype, dims: logits.shape, data: logits.raw });

/** A device in software takes a minute for all 2,000 samples. */
const samples = 50;
/** Sizes up to this one are measured and kept warm, which takes the device most of its time. */
const maxBatchSize = 8;

function validationOf(digits: Digits): Uint8Array {
  const { shape, datatype, raw } = digits.input(0, samples);
  const labels = Array.from({ length: samples }, (_, index) => digits.label(index));
  const images = Array.from(toNumbers({ datatype, dims: shape, data: raw }));
  return writeNpz({ image: floats(shape, images), label: longs([samples], labels) });
}

describe('webgpu', function () {
  this.timeout(300_000);
  let cluster: Cluster | undefined;
  let client: TestClient;
  let digits: Digits;
  before(async function () {
    const device = await findSoftwareGpu();
    skipWithout(this, device.kind === 'missing' ? device.reason : undefined);
    if (device.kind === 'missing') return;
    const env = device.environment;
    cluster = await startCluster({ workers: 1, workerArgs: ['--providers', 'cpu,webgpu'], env });
    client = createTestClient(cluster);
    digits = await readDigits();
    await client.registerTask('digits', { validation: validationOf(digits) });
    await client.registerModel('digits', 'mlp-tiny', await readDigitModel('mlp-tiny'), {
      recipes: ['original', 'fp16'],
      maxBatchSize,
    });
    await client.registerModel('digits', 'cnn-small', await readDigitModel('cnn-small'), { maxBatchSize });
    await client.waitUntilDone('digits', 240_000);
  });
  after(async () => {
    if (cluster === undefined) return;
    client[Symbol.dispose]();
    await cluster[Symbol.asyncDispose]();
  });

  const onDevice = async (): Promise<readonly wire.Variant[]> => {
    const { variants } = await client.registry.describe({ name: 'digits' });
    return variants.filter(({ provider }) => provider === 'webgpu');
  };

  it('is a hardware class with its own slots and price', async () => {
    const { workers } = await client.fleet.listWorkers({});
    const classes = workers.flatMap(({ slotGroups }) =>
      slotGroups.map(({ hardwareClass, slots }) => [hardwareClass?.provider, slots]),
    );
    assert.deepEqual(
      classes.filter(([provider]) => provider === 'webgpu'),
      [['webgpu', 1]],
    );
  });

  it('has variants whose nodes ran on it, according to the profile of the session', async () => {
    const variants = await onDevice();
    assert.deepEqual(
      variants
        .map(({ name }) => name)
        .filter((name) => name.includes('original'))
        .sort(),
      ['cnn-small:original@webgpu', 'mlp-tiny:original@webgpu'],
    );
    for (const { name, measurements } of variants) {
      const [measurement] = measurements;
      assert.ok(measurement !== undefined, `${name} was not measured`);
      // This device has no half precision: its variants get an error, and the job continues.
      if (name.includes('fp16') && measurement.error !== '') {
        assert.match(measurement.error, /f16/);
        continue;
      }
      assert.equal(measurement.error, '', name);
      assert.match(measurement.hardwareClass, /^webgpu\//);
      assert.ok((measurement.profile?.nodesByProvider['webgpu'] ?? 0) > 0, `${name} ran elsewhere`);
      assert.ok((measurement.accuracy?.value ?? 0) > 0.9, name);
    }
  });

  it('answers like the cpu, in batches that are padded to a warm size', async () => {
    for (const items of [1, 3, 5]) {
      const input = [digits.input(20, items)];
      const [there, here] = await Promise.all(
        ['cnn-small:original@webgpu', 'cnn-small:original'].map((name) =>
          client.infer(name, input, { latency_ms: 30_000 }, 60_000),
        ),
      );
      assert.ok(there !== undefined && here !== undefined);
      assert.equal(there.parameters.get('pareto_variant'), 'cnn-small:original@webgpu');
      assert.deepEqual(there.outputs[0]?.shape, [items, 10]);
      const [a, b] = [scoresOf(there), scoresOf(here)];
      for (let index = 0; index < a.length; index++)
        assert.ok(Math.abs((a[index] ?? NaN) - (b[index] ?? NaN)) < 1e-2, `${items} items, ${index}`);
    }
    const many = await Promise.all(
      Array.from({ length: 24 }, (_, index) =>
        client.infer('mlp-tiny:original@webgpu', [digits.input(index)], { latency_ms: 30_000 }, 60_000),
      ),
    );
    const right = many.filter((answer, index) => classesOf(answer)[0] === digits.label(index)).length;
    assert.ok(right >= 20, `${right} of 24 are right`);
  });
});
