import assert from 'node:assert/strict';
import { createTempFolder } from '@pareto/testkit';
import { namedUsers } from '../src/index.js';

describe('namedUsers', () => {
  it('returns the users whose ids are among the 512', async () => {
    await using temp = await createTempFolder();
    const ids = [0, 999, 1_000, 1_511, 1_512];
    const lines = [...ids.map((id) => `u${id}:x:${id}:0::/:/bin/sh`), '# comment', '+::::::', ''];
    await temp.put({ passwd: lines.join('\n') });
    assert.deepEqual(namedUsers(1_000, temp.file('passwd')), ['u1000 (1000)', 'u1511 (1511)']);
  });

  it('returns none on a host without a list of users', () => assert.deepEqual(namedUsers(1, '/none/passwd'), []));
});
