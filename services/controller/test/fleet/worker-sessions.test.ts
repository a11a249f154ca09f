// Workers' streams over real gRPC, with two processes that use the same worker id.

import assert from 'node:assert/strict';
import { ParetoError } from '@pareto/core';
import { createTempFolder, waitFor, type TempFolder } from '@pareto/testkit';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { startWorker, type FakeWorker } from '../support/fake-worker.js';
import { startController, type TestController } from '../support/start-controller.js';

describe('two processes with one worker id', () => {
  let folder: TempFolder;
  let controller: TestController;
  let started: FakeWorker[];
  const worker = (incarnation: string): FakeWorker => {
    const one = startWorker(controller.address, { id: 'w1', incarnation });
    started.push(one);
    return one;
  };
  const until = (what: string, condition: () => boolean): Promise<true> =>
    waitFor(what, () => (condition() ? true : undefined));

  beforeEach(async () => {
    started = [];
    folder = await createTempFolder();
    controller = await startController(folder.path);
  });
  afterEach(async () => {
    for (const one of started) one.leave();
    await controller[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });

  it('do not alternate: the later one stays, and the earlier one is rejected with the reason', async () => {
    const first = worker('1');
    await until('the first to join', () => first.assignments.length > 0);
    const second = worker('2');
    await until('the second to replace it', () => first.ended() !== undefined && second.assignments.length > 0);
    const again = worker('1');
    await until('the rejection of the first', () => again.ended() !== undefined);
    const rejection = again.ended();
    assert.ok(rejection instanceof ParetoError && rejection.code === 'already-exists', String(rejection));
    assert.match(rejection.message, /another process at .* runs as worker w1/);
    const { length } = second.heartbeats;
    await until('more heartbeats to the second', () => second.heartbeats.length >= length + 2);
    assert.equal(second.ended(), undefined);
    second.leave();
    await waitFor('the first to join again', async () => {
      const once = worker('1');
      await until(
        'assignments or the end of the stream',
        () => once.ended() !== undefined || once.assignments.length > 0,
      );
      return once.ended() === undefined ? true : undefined;
    });
  });
});
