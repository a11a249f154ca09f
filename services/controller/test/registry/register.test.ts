// Registration with conflicting writes.

import assert from 'node:assert/strict';
import { ParetoError } from '@pareto/core';
import { describe, it } from 'mocha';
import type { RegisterContext } from '../../src/registry/register-context.js';
import { registerTask } from '../../src/registry/register-task.js';
import { createWriteQueue } from '../../src/leadership/write-queue.js';

/** An empty registry whose leader loses every compare-and-swap. */
const losing = {
  mirror: { records: { tasks: new Map(), names: new Map(), architectures: new Map() } },
  leader: { write: async () => false },
  runExclusive: createWriteQueue(),
} as unknown as RegisterContext;

const request = { name: 'digits', metric: 'top1', defaultObjective: null, validationDigest: '' };

describe('registerTask', () => {
  it('throws `aborted` after repeated conflicts', async () => {
    await assert.rejects(registerTask(losing, request), (error: unknown) => {
      assert.ok(error instanceof ParetoError);
      assert.equal(error.code, 'aborted');
      assert.match(error.message, /task digits was changed by another request at the same time; retry/);
      return true;
    });
  });
});
