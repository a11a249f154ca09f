import assert from 'node:assert/strict';
import { hardwareClassId, systemClock, systemRng, type SlotGroup } from '@pareto/core';
import { buildHardwareClass, buildSlotGroup } from '@pareto/testkit';
import { defaultLiveCheckParams } from '@pareto/policy';
import { createDeviceSlots } from '../../src/devices/device-slots.js';

const group = (provider: string, device: string, slots: number): SlotGroup =>
  buildSlotGroup(buildHardwareClass({ provider, device }), slots);
const bounds = { items: 1, bytes: 1 };
const options = { bounds, clock: systemClock, rng: systemRng, checkParams: defaultLiveCheckParams };
const groups = [group('cpu', 'epyc', 2), group('cuda', 'a', 1), group('cuda', 'b', 1)];

describe('device slots', () => {
  const slots = createDeviceSlots(groups, options);
  const indexOf = (hardwareClass: string, provider: string): number =>
    slots.all.indexOf(slots.of({ hardwareClass: hardwareClassId(hardwareClass), spec: { provider } }));

  it('are found by class, else by provider, else the first class is used', () => {
    assert.equal(indexOf(groups[2]?.hardwareClass.id ?? '', 'cuda'), 2);
    assert.equal(indexOf('cuda/b/none/80g', 'cuda'), 2);
    assert.equal(indexOf('cuda/gone/none/1g', 'cuda'), 1);
    assert.equal(indexOf('cpu/epyc/none/9g', 'cpu'), 0);
    assert.equal(indexOf('webgpu/gpu/none/1g', 'webgpu'), 0);
  });

  it('have separate tokens per class', async () => {
    const [cpu, first, second] = slots.all;
    assert.ok(cpu && first && second);
    await first.tokens.acquire();
    void first.tokens.acquire();
    assert.deepEqual([cpu.tokens.waiting, first.tokens.waiting, second.tokens.waiting], [0, 1, 0]);
    await cpu.tokens.acquire();
    await cpu.tokens.acquire();
    await second.tokens.acquire();
  });

  it('are rejected when there are none', () => {
    assert.throws(() => createDeviceSlots([], options), { code: 'failed-precondition' });
  });
});
