import assert from 'node:assert/strict';
import { discoverHardware } from '../src/index.js';
import { deviceName, instructionSet } from '../src/hardware-discovery.js';

const runtime = { version: '1.30.0', providers: ['cpu', 'webgpu'] };

describe('hardware discovery', () => {
  it('names devices without marketing', () => {
    assert.equal(deviceName('AMD EPYC 9B14 96-Core Processor'), 'amd-epyc-9b14');
    assert.equal(deviceName('Intel(R) Xeon(R) CPU @ 2.20GHz'), 'intel-xeon');
    assert.equal(deviceName('Intel(R) Core(TM) i7-8650U CPU @ 1.90GHz'), 'intel-core-i7-8650u');
    assert.equal(deviceName(''), 'unknown');
  });

  it('tells instruction sets apart where int8 differs', () => {
    assert.equal(instructionSet('flags\t: sse avx avx2 avx512f avx512_vnni', 'x64'), 'avx512-vnni');
    assert.equal(instructionSet('flags\t: sse avx avx2', 'x64'), 'avx2');
    assert.equal(instructionSet('Features\t: fp asimd asimddp', 'arm64'), 'neon-dotprod');
    assert.equal(instructionSet('', 'arm64'), 'neon');
  });

  it('makes one group of CPU slots with the memory split over them', async () => {
    const hardware = await discoverHardware({ slots: 4, memoryBytes: 8 * 2 ** 30, providers: ['cpu'] }, runtime);
    const [group] = hardware.slotGroups;
    assert.equal(group?.slots, 4);
    assert.match(group.hardwareClass.id, /^cpu\/.+\/.+\/2g$/);
  });

  it('refuses a provider that it has no slots for', async () => {
    const options = { slots: 1, memoryBytes: 1, providers: ['webgpu'] };
    await assert.rejects(discoverHardware(options, runtime), { message: /webgpu has no slots.*--providers cpu/ });
  });
});
