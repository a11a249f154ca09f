import assert from 'node:assert/strict';
import fc from 'fast-check';
import { IdleReplicas } from '../../src/route/idle-replicas.js';

/** Returns the latest of the replicas that are idle, without those that are not. */
function latestOf(idle: IdleReplicas, isIdle: (replica: number) => boolean): number {
  while (idle.latest >= 0 && !isIdle(idle.latest)) idle.remove(idle.latest);
  return idle.latest;
}

describe('idle replicas', () => {
  it('are ordered by their last report, the latest first', () => {
    const idle = new IdleReplicas(4);
    for (const replica of [0, 1, 2, 0]) idle.report(replica);
    const order = [idle.latest, idle.latest];
    for (const replica of [0, 2, 1]) {
      idle.remove(replica);
      order.push(idle.latest);
    }
    assert.deepEqual(order, [0, 0, 2, 1, -1]);
  });

  it('leave out one that is removed until its next report', () => {
    const idle = new IdleReplicas(2);
    idle.report(1);
    idle.remove(1);
    idle.remove(0);
    assert.equal(idle.latest, -1);
    idle.report(1);
    assert.equal(idle.latest, 1);
  });

  it('are those of a list that is searched from its end', () => {
    const event = fc.record({ replica: fc.nat(5), kind: fc.constantFrom('report', 'busy', 'read') });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 200 }), (events) => {
        const idle = new IdleReplicas(6);
        let list: number[] = [];
        const busy = new Set<number>();
        for (const { replica, kind } of events) {
          if (kind === 'busy') busy.add(replica);
          else if (kind === 'report') {
            busy.delete(replica);
            list = [...list.filter((one) => one !== replica), replica];
            idle.report(replica);
          } else {
            while (list.length > 0 && busy.has(list.at(-1) ?? -1)) list.pop();
            assert.equal(
              latestOf(idle, (one) => !busy.has(one)),
              list.at(-1) ?? -1,
            );
          }
        }
      }),
    );
  });
});
