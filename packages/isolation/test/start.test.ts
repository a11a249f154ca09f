import assert from 'node:assert/strict';
import { createIsolation } from '../src/start/isolation.js';
import type { ProcessUser } from '../src/start/wrappers.js';

describe('createIsolation', () => {
  it('releases the user of a process that could not be started', () => {
    const released: ProcessUser[] = [];
    const user = { uid: 60_701, gid: 60_700 };
    const isolation = createIsolation(
      { enterNamespaces: [], dropPrivileges: [], deviceGroups: [] },
      {
        shortage: undefined,
        take: () => user,
        release: (ended) => void released.push(ended),
        [Symbol.dispose]: () => undefined,
      },
    );
    // No system allows a variable of 4 MiB.
    const environment = { LARGE: 'x'.repeat(2 ** 22) };
    const start = (): unknown => isolation.start({ script: 'x.js', nodeFlags: [], stdio: 'ignore', environment });
    assert.throws(start, { code: 'E2BIG' });
    assert.deepEqual(released, [user]);
  });
});
