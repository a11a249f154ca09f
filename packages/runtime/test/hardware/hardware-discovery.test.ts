import assert from 'node:assert/strict';
import { systemClock } from '@pareto/core';
import { createExecutorPool, deviceEnvironment, discoverHardware } from '../../src/index.js';
import { instructionSet } from '../../src/hardware/cpu-hardware.js';
import { deviceName, parseNvidiaSmi } from '../../src/devices/device-description.js';
import { pool } from '../support/harness.js';

const mib = 2 ** 20;

describe('hardware discovery', function () {
  this.timeout(60_000);

  it('shortens device names', () => {
    assert.equal(deviceName('AMD EPYC 9B14 96-Core Processor'), 'amd-epyc-9b14');
    assert.equal(deviceName('Intel(R) Xeon(R) CPU @ 2.20GHz'), 'intel-xeon');
    assert.equal(deviceName('Intel(R) Core(TM) i7-8650U CPU @ 1.90GHz'), 'intel-core-i7-8650u');
    assert.equal(deviceName('SwiftShader Device (Subzero)'), 'swiftshader');
    assert.equal(deviceName('llvmpipe (LLVM 19.1.7, 256 bits)'), 'llvmpipe');
    assert.equal(deviceName(''), 'unknown');
  });

  it('parses the output of nvidia-smi', () => {
    assert.deepEqual(parseNvidiaSmi('NVIDIA H100 80GB HBM3, 81559, 550.54.15, GPU-1'), {
      device: 'nvidia-h100-80gb-hbm3',
      driver: '550.54.15',
      memoryBytes: 81559 * mib,
      id: 'GPU-1',
    });
    assert.equal(parseNvidiaSmi('NVIDIA GB10, [N/A], 580.95, GPU-1')?.memoryBytes, undefined);
    assert.equal(parseNvidiaSmi(''), undefined);
  });

  it('distinguishes instruction sets with different int8 outputs', () => {
    assert.equal(instructionSet('flags\t: sse avx avx2 avx512f avx512_vnni', 'x64'), 'avx512-vnni');
    assert.equal(instructionSet('flags\t: sse avx avx2', 'x64'), 'avx2');
    assert.equal(instructionSet('Features\t: fp asimd asimddp', 'arm64'), 'neon-dotprod');
    assert.equal(instructionSet('', 'arm64'), 'neon');
  });

  it('withholds variables that drivers do not need', () => {
    const env = { VK_DRIVER_FILES: 'a', CUDA_VISIBLE_DEVICES: '1', LD_LIBRARY_PATH: 'b', AWS_SECRET: 'c', PATH: 'd' };
    const { VK_DRIVER_FILES, CUDA_VISIBLE_DEVICES, LD_LIBRARY_PATH, PATH } = env;
    const kept = deviceEnvironment({ ...env, LD_PRELOAD: 'e', VK_NOTHING: undefined });
    assert.deepEqual(kept, { VK_DRIVER_FILES, CUDA_VISIBLE_DEVICES, LD_LIBRARY_PATH, PATH });
  });

  it('creates one group of cpu slots, with the memory split over them', async () => {
    const hardware = await discoverHardware({ slots: 4, memoryBytes: 8 * 2 ** 30, providers: ['cpu'] }, pool);
    const [group] = hardware.slotGroups;
    assert.equal(group?.slots, 4);
    assert.equal(group.driver, '');
    assert.equal(group.memoryPerSlot, 2 * 2 ** 30);
    assert.match(group.hardwareClass.id, /^cpu\/[^/]+\/[^/]+$/);
  });

  it('rejects an unknown provider', async () => {
    const options = { slots: 1, memoryBytes: 1, providers: ['abacus'] };
    const message = /abacus is not supported; use --providers with any of cpu, .*auto/;
    await assert.rejects(discoverHardware(options, pool), { code: 'failed-precondition', message });
  });

  describe('without a driver', () => {
    const blind = createExecutorPool({
      size: 0,
      clock: systemClock,
      environment: { VK_DRIVER_FILES: '/nowhere.json', VK_ICD_FILENAMES: '/nowhere.json', CUDA_VISIBLE_DEVICES: '' },
    });
    after(() => blind[Symbol.asyncDispose]());

    const advice = { webgpu: /install a Vulkan driver/, cuda: /CUDA and cuDNN/ };
    for (const provider of ['webgpu', 'cuda'] as const) {
      it(`rejects ${provider} with the reason and advice`, async function () {
        const { providers } = await blind.runtime();
        if (!providers.includes(provider)) return this.skip();
        const discovering = discoverHardware({ slots: 1, memoryBytes: 2 ** 30, providers: [provider] }, blind);
        await assert.rejects(discovering, (error: Error & { code: string }) => {
          assert.equal(error.code, 'failed-precondition');
          assert.match(
            error.message,
            new RegExp(`provider ${provider} does not work on this host: a test model failed`),
          );
          assert.match(error.message, advice[provider]);
          assert.match(error.message, new RegExp(`leave ${provider} out of --providers$`));
          assert.doesNotMatch(error.message, /onnxruntime_src/);
          return true;
        });
      });
    }

    it('offers the devices that work with auto, and reports the others', async () => {
      const { slotGroups, absent } = await discoverHardware(
        { slots: 2, memoryBytes: 2 ** 30, providers: ['auto'] },
        blind,
      );
      assert.deepEqual(
        slotGroups.map(({ hardwareClass }) => hardwareClass.provider),
        ['cpu'],
      );
      const { providers } = await blind.runtime();
      const devices = providers.filter((name) => ['webgpu', 'cuda', 'tensorrt'].includes(name));
      assert.deepEqual(
        absent.map(({ provider }) => provider),
        devices,
      );
    });
  });
});
