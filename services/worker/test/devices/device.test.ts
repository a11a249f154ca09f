import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import type { wire } from '@pareto/protocol';
import {
  createTempFolder,
  findSoftwareGpu,
  floats,
  longs,
  matrixModel,
  waitFor,
  writeNpz,
  type TempFolder,
} from '@pareto/testkit';
import { floatRequest, floatsOf, order, startTestWorker, type TestWorker } from '../support/harness.js';

const isReady = ({ state }: { readonly state: string }): boolean => state === 'READY';

/** Returns the processes that have loaded the driver of the software device. */
function deviceProcesses(): readonly number[] {
  const pids = execFileSync('ps', ['-o', 'pid=', '--ppid', String(process.pid)], { encoding: 'utf8' }).split('\n');
  return pids.map(Number).filter((pid) => {
    if (pid === 0) return false;
    try {
      return execFileSync('cat', [`/proc/${pid}/maps`], { encoding: 'utf8' }).includes('swiftshader');
    } catch {
      return false;
    }
  });
}

describe('worker with a device', function () {
  this.timeout(180_000);
  let worker: TestWorker;
  let tools: TempFolder;

  before(async function () {
    const gpu = await findSoftwareGpu();
    if (gpu.kind === 'missing') {
      Object.assign(this.test?.parent ?? {}, { skipReason: gpu.reason });
      this.skip();
    }
    tools = await createTempFolder();
    // A driver's tool that knows the software device, and says that each process uses 700 MiB of its 8 GiB.
    const nvidiaSmi = `#!/bin/sh
case "$1" in
--query-gpu=*) echo 'SwiftShader Device, 8192, 1.0, GPU-7' ;;
*) for process in /proc/[0-9]*; do echo "\${process#/proc/}, 700"; done ;;
esac
`;
    await writeFile(tools.file('nvidia-smi'), nvidiaSmi, { mode: 0o755 });
    const devices = { ...gpu.environment, PATH: `${tools.path}:/usr/bin:/bin` };
    worker = await startTestWorker({ providers: ['cpu', 'webgpu'] }, { devices });
  });
  after(async () => {
    await worker[Symbol.asyncDispose]();
    await tools[Symbol.asyncDispose]();
  });

  const group = async (provider: string): Promise<wire.SlotGroup> => {
    const { slotGroups } = await waitFor('hello', () => worker.controller.hellos[0]);
    const found = slotGroups.find(({ hardwareClass }) => hardwareClass?.provider === provider);
    assert.ok(found);
    return found;
  };
  const onDevice = (name: string, model: Uint8Array): wire.VariantSpecInput => ({
    ...worker.spec(name, model),
    variant: `${name}:original@webgpu`,
    provider: 'webgpu',
  });

  it('offers the slots of the device and of the cpu', async () => {
    assert.equal((await group('cpu')).slots, 1);
    const { slots, hardwareClass, driver, deviceMemoryBytes, deviceId } = await group('webgpu');
    assert.equal(slots, 1);
    assert.match(hardwareClass?.id ?? '', /^webgpu\/swiftshader\/none\/\d+g$/);
    assert.match(driver, /swiftshader/);
    assert.deepEqual([deviceMemoryBytes, deviceId], [Math.floor(0.9 * 8192 * 2 ** 20), 'GPU-7']);
  });

  it('measures on the device, with proof that nodes ran there and the name of the driver', async () => {
    const hardwareClass = (await group('webgpu')).hardwareClass?.id ?? '';
    const x = Array.from({ length: 400 }, (_, at) => Math.sin(at * 7));
    const label = longs([100], new Array<number>(100).fill(3));
    const validationDigest = worker.controller.addBlob(writeNpz({ x: floats([100, 4], x), label }));
    const spec = { ...onDevice('m', matrixModel(4)), maxBatchSize: 8 };
    const original = worker.spec('m', matrixModel(4));
    const measureOrder = { spec, original, hardwareClass, metric: 'top1', validationDigest };
    worker.controller.order({ revision: 2, measures: [measureOrder] });
    const measured = await waitFor('a measurement', () => worker.controller.measurements[0], 120_000);
    assert.equal(measured.error, '');
    assert.equal(measured.profile?.providerUsed, 'webgpu');
    assert.ok((measured.profile.nodesByProvider['webgpu'] ?? 0) > 0);
    assert.equal(measured.profile.deviceMemoryBytes, 700 * 2 ** 20);
    assert.match(measured.environment, / driver .*swiftshader/);
    assert.ok((measured.agreement ?? 0) > 0.99);
    assert.equal(measured.accuracy?.samples, 90);
  });

  it('pads batches, and reloads all replicas when the device process dies', async () => {
    const [a, b] = [onDevice('a', matrixModel(4)), onDevice('b', matrixModel(4))];
    worker.controller.order({ revision: 3, replicas: [order('r1', a, 4), order('r2', b, 4)] });
    await worker.controller.waitForReplica('r1', isReady, 60_000);
    await worker.controller.waitForReplica('r2', isReady, 60_000);
    const pids = deviceProcesses();
    assert.equal(pids.length, 1, 'one process serves all replicas on the device');
    const rows = [1, 2, 3].flatMap((row) => [row, 0, 0, 0]);
    const weights = [0, 1, 2, 3].map((at) => at / 7);
    const expected = [1, 2, 3].flatMap((row) => weights.map((weight) => Math.fround(row * weight)));
    const near = (got: readonly number[]): void => {
      assert.equal(got.length, expected.length);
      for (const [at, value] of got.entries()) assert.ok(Math.abs(value - (expected[at] ?? 0)) < 1e-5);
    };
    near(floatsOf(await worker.infer({ replica: 'r1', body: floatRequest([3, 4], rows) })));
    process.kill(pids[0] ?? 0, 'SIGKILL');
    for (const replica of ['r1', 'r2']) {
      await worker.controller.waitForReplica(replica, (r) => isReady(r) && r.executorDeaths === 1, 60_000);
      near(floatsOf(await worker.infer({ replica, body: floatRequest([3, 4], rows) })));
    }
    assert.equal(deviceProcesses().length, 1);
  });
});
