import assert from 'node:assert/strict';
import { bytes, createHardwareClass, hardwareClassId, type SlotGroup } from '@pareto/core';
import { createDeviceSlots } from '../../src/devices/device-slots.js';

const group = (provider: string, device: string, slots: number): SlotGroup => ({
  hardwareClass: createHardwareClass({ provider, device, instructionSet: 'none', memoryPerSlot: bytes(2 ** 31) }),
  slots,
  driver: '',
});
const groups = [group('cpu', 'epyc', 2), group('cuda', 'a', 1), group('cuda', 'b', 1)];

describe('device slots', () => {
  const slots = createDeviceSlots(groups);
  const place = (hardwareClass: string, provider: string): number =>
    slots.all.indexOf(slots.of({ hardwareClass: hardwareClassId(hardwareClass), spec: { provider } }));

  it('are found by class, else by provider, else anywhere', () => {
    assert.equal(place(groups[2]?.hardwareClass.id ?? '', 'cuda'), 2);
    assert.equal(place('cuda/gone/none/1g', 'cuda'), 1);
    assert.equal(place('cpu/epyc/none/9g', 'cpu'), 0);
    assert.equal(place('webgpu/gpu/none/1g', 'webgpu'), 0);
  });

  it('have tokens of their own per class', async () => {
    const [cpu, first, second] = slots.all;
    assert.ok(cpu && first && second);
    await first.tokens.acquire();
    void first.tokens.acquire();
    assert.deepEqual([cpu.tokens.waiting, first.tokens.waiting, second.tokens.waiting], [0, 1, 0]);
    await cpu.tokens.acquire();
    await cpu.tokens.acquire();
    await second.tokens.acquire();
  });

  it('can not be none', () => {
    assert.throws(() => createDeviceSlots([]), { code: 'failed-precondition' });
  });
});
