// Workers' streams over real gRPC, where more than one comes of the same worker.

import assert from 'node:assert/strict';
import { ParetoError } from '@pareto/core';
import { createTempFolder, waitFor, type TempFolder } from '@pareto/testkit';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { startWorker, type FakeWorker } from '../support/fake-worker.js';
import { startController, type TestController } from '../support/start-controller.js';

describe('two processes that are one worker', () => {
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

  it('do not take turns: the one that came last stays, and the other is told why it can not', async () => {
    const first = worker('1');
    await until('the first to be in', () => first.assignments.length > 0);
    const second = worker('2');
    await until('the second to take its place', () => first.ended() !== undefined && second.assignments.length > 0);
    const again = worker('1');
    await until('the first to be refused', () => again.ended() !== undefined);
    const refusal = again.ended();
    assert.ok(refusal instanceof ParetoError && refusal.code === 'already-exists', String(refusal));
    assert.match(refusal.message, /another process runs as worker w1/);
    const { length } = second.heartbeats;
    await until('the second to go on', () => second.heartbeats.length >= length + 2);
    assert.equal(second.ended(), undefined);
    second.leave();
    await waitFor('the first to be let in', async () => {
      const once = worker('1');
      await until('an answer', () => once.ended() !== undefined || once.assignments.length > 0);
      return once.ended() === undefined ? true : undefined;
    });
  });
});
