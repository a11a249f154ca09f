import assert from 'node:assert/strict';
import { claimUserIds } from '../src/start/user-ids.js';

/** First of ids that no service has. */
const first = 40_000;

describe('claimUserIds', () => {
  before(function () {
    if (process.platform === 'linux') return;
    Object.assign(this.test?.parent ?? {}, { skipReason: 'only Linux has names that end with their process' });
    this.skip();
  });

  it('gives each process of each service an id of its own, and the same group', async () => {
    using one = await claimUserIds(first);
    using other = await claimUserIds(first);
    const users = [one, other].flatMap((ids) => Array.from({ length: 64 }, () => ids.take()));
    assert.equal(new Set(users.map(({ uid }) => uid)).size, 128);
    assert.deepEqual([...new Set(users.map(({ gid }) => gid))], [first]);
  });

  it('reuses the id of an ended process after all others', async () => {
    using ids = await claimUserIds(first);
    const [ended, ...others] = Array.from({ length: 64 }, () => ids.take());
    assert.ok(ended);
    ids.release(ended);
    assert.deepEqual(ids.take(), ended);
    assert.ok(others.every(({ uid }) => uid !== ended.uid));
  });
});
