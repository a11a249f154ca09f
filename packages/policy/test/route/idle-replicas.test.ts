import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createIdleReplicas } from '../../src/route/idle-replicas.js';

describe('idle replicas', () => {
  it('are ordered by their last report, the latest first', () => {
    const idle = createIdleReplicas<string>();
    for (const replica of ['a', 'b', 'c', 'a']) idle.report(replica);
    const busy = new Set<string>();
    const next = (): string | undefined => idle.latest((replica) => !busy.has(replica));
    const order = [next(), next()];
    for (const replica of ['a', 'c', 'b']) {
      busy.add(replica);
      order.push(next());
    }
    assert.deepEqual(order, ['a', 'a', 'c', 'b', undefined]);
  });

  it('forget a busy one until its next report', () => {
    const idle = createIdleReplicas<string>();
    idle.report('a');
    assert.equal(
      idle.latest(() => false),
      undefined,
    );
    assert.equal(
      idle.latest(() => true),
      undefined,
    );
    idle.report('a');
    assert.equal(
      idle.latest(() => true),
      'a',
    );
  });

  it('are those of a list that is searched from its end', () => {
    const event = fc.record({ replica: fc.nat(5), kind: fc.constantFrom('report', 'busy', 'read') });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 200 }), (events) => {
        const idle = createIdleReplicas<number>();
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
              idle.latest((one) => !busy.has(one)),
              list.at(-1),
            );
          }
        }
      }),
    );
  });
});
