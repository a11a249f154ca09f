import assert from 'node:assert/strict';
import type { wire } from '@pareto/protocol';
import { liveFacts, rowFact, rowVerdict } from '../../src/objects/row-facts.js';
import { fakeMeasurement } from '../support/fake-description.js';
import { fakeReplica } from '../support/fake-overview.js';

function profileWith(rows: Partial<wire.RowIsolation> | null): wire.Profile {
  const { profile } = fakeMeasurement({ name: 'a:original' });
  assert.ok(profile);
  return { ...profile, rows: rows && { verdict: '', maxBatch: 0, reason: '', live: false, ...rows } };
}

describe('the facts about shared batches', () => {
  it('name the verdict, and why queries share none', () => {
    const mixed = { verdict: 'mixed', reason: 'Softmax "s" runs over the batch' };
    assert.deepEqual([null, { verdict: 'proved' }, mixed].map(profileWith).map(rowVerdict), [
      ...['unverified', 'proved', 'not shared'],
    ]);
    assert.match(rowFact(profileWith({ verdict: 'checked', maxBatch: 16 })), /share batches of up to 16 items/);
    assert.match(rowFact(profileWith(mixed)), /share no batches, because rows mix: Softmax "s" runs over the batch$/);
    assert.match(rowFact(profileWith({ ...mixed, live: true })), /because a check of live batches found/);
    assert.match(rowFact(profileWith(null)), /share no batches until it is verified/);
  });

  it('add up the checks of all replicas', () => {
    const replicas = [
      fakeReplica({ checkedRows: 30, comparedRows: 10, agreedRows: 9 }),
      fakeReplica({ checkedRows: 12, comparedRows: 10, agreedRows: 10 }),
    ];
    assert.deepEqual(liveFacts(replicas), [
      '42 rows of live batches were checked: none differs',
      'agrees with the original in 95.00 % of 20 live rows',
    ]);
    assert.deepEqual(liveFacts([fakeReplica()]), []);
    assert.deepEqual(liveFacts([fakeReplica({ checkedRows: 5, mixedReason: 'in a batch' })]), [
      '5 rows of live batches were checked: rows mix',
    ]);
  });
});
