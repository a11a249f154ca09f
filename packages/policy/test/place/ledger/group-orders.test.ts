import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createMemory } from '../../../src/place/context/memory.js';
import { GroupOrders } from '../../../src/place/ledger/group-orders.js';
import { createHosts } from '../../../src/place/ledger/hosts.js';
import { reserve } from '../../../src/place/ledger/memory-pools.js';
import { defaultPlacementParams as params } from '../../../src/snapshot/snapshot.js';
import { cpu, gpu, snapshot, worker } from '../../support/fixture.js';

const memories = fc.array(fc.constantFrom(100, 200, 300), { minLength: 1, maxLength: 8 });
const changes = fc.array(
  fc.record({
    worker: fc.nat({ max: 7 }),
    takes: fc.constantFrom(-0.3, 0, 0.3, 0.6),
    memoryBytes: fc.constantFrom(0, 50, 100),
    isRead: fc.boolean(),
  }),
  { maxLength: 20 },
);

describe('the order of slots', () => {
  it('stays the same as that of a search of all workers while time and memory change', () => {
    fc.assert(
      fc.property(memories, changes, fc.boolean(), (sizes, all, hasLoad) => {
        const workers = sizes.map((memoryMib, i) => worker(`w${i}`, memoryMib, { classes: [cpu, gpu] }));
        const { hosts, groups } = createHosts(workers, createMemory(snapshot({}), params), params);
        const orders = new GroupOrders(groups);
        const read = (): void => {
          const open = new Set(groups.get(cpu.id));
          for (const next of orders.roomiestFirst(cpu.id, hasLoad)) {
            for (const { freeSlots, pool, host } of open) {
              const byMemory = next.pool.freeBytes - pool.freeBytes || host.index - next.host.index;
              assert.ok(((hasLoad && next.freeSlots - freeSlots) || byMemory) >= 0, 'another is roomier');
            }
            open.delete(next);
          }
          assert.equal(open.size, 0);
        };
        read();
        for (const { worker: at, takes, memoryBytes, isRead } of all) {
          const host = hosts[at % hosts.length];
          const group = host?.groups.get(cpu.id);
          if (host === undefined || group === undefined) continue;
          group.freeSlots -= takes;
          reserve(host.pools, { memoryBytes, deviceMemoryBytes: 0 });
          orders.move(host);
          if (isRead) read();
        }
        read();
      }),
    );
  });
});
