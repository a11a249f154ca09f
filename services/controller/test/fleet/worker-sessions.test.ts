// Workers' streams over real gRPC, with two processes that use the same worker id.

import assert from 'node:assert/strict';
import { ParetoError } from '@pareto/core';
import { createTempFolder, waitFor, type TempFolder } from '@pareto/testkit';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { startWorker, type FakeWorker } from '../support/fake-worker.js';
import { registerModel } from '../support/upload-model.js';
import { startController, type TestController } from '../support/start-controller.js';

describe('a worker that exchanges nothing but changes', () => {
  it('gets each assignment once, and its other replicas stay known', async () => {
    await using folder = await createTempFolder();
    await using controller = await startController(folder.path);
    const worker = startWorker(controller.address, { id: 'w1', changes: true });
    using _worker = { [Symbol.dispose]: () => worker.leave() };
    const ready = async (count: number): Promise<true | undefined> => {
      const { workers } = await controller.fleet.listWorkers({});
      return workers[0]?.replicas.filter(({ state }) => state === 'READY').length === count || undefined;
    };
    for (const [index, name] of ['one', 'two', 'three'].entries()) {
      const task = `${name}-task`;
      await controller.registry.registerTask({ name: task, metric: 'top1' });
      await registerModel(controller, name, undefined, task);
      await waitFor(`replica ${index + 1}`, () => ready(index + 1));
      await waitFor('a measurement', () => worker.measured.length > index || undefined);
    }
    const [first, ...changes] = worker.assignments;
    assert.equal(first?.onlyChanges, false);
    assert.ok(changes.every(({ onlyChanges }) => onlyChanges));
    const sent = changes.flatMap(({ replicas }) => replicas.map(({ replicaId, profile }) => [replicaId, profile]));
    assert.deepEqual(sent.length, new Set(sent.map((one) => JSON.stringify(one))).size, 'nothing was sent twice');
    await controller.registry.delete({ name: 'two' });
    await waitFor('the unload', () => ready(2));
    assert.equal(worker.assignments.at(-1)?.removed.length, 1);
  });

  it('is rejected if it sends changes before a whole report', async () => {
    await using folder = await createTempFolder();
    await using controller = await startController(folder.path);
    const cut = new AbortController();
    const stream = controller.fleet.join({ signal: cut.signal });
    await stream.write({ hello: { workerId: 'w1', incarnation: '1', address: '127.0.0.1:1' } });
    await stream.write({ report: { onlyChanges: true } });
    const read = async (): Promise<void> => {
      for await (const _message of stream);
    };
    await assert.rejects(read(), { code: 'invalid-argument', message: /before the first whole one; join again/ });
    cut.abort();
  });
});

describe('the stream of a worker', () => {
  it('is ended by the controller after the departure, whatever the worker still sends', async () => {
    await using folder = await createTempFolder();
    await using controller = await startController(folder.path);
    const cut = new AbortController();
    const stream = controller.fleet.join({ signal: cut.signal });
    await stream.write({ hello: { workerId: 'w1', incarnation: '1', address: '127.0.0.1:1' } });
    await stream.write({ departure: {} });
    let isEnded = false;
    const read = async (): Promise<void> => {
      for await (const _message of stream);
      isEnded = true;
    };
    const reading = read();
    await waitFor('the end of the stream', () => {
      if (!isEnded) void stream.write({ heartbeat: {} });
      return isEnded || undefined;
    });
    await reading;
    const { workers } = await controller.fleet.listWorkers({});
    assert.deepEqual([workers[0]?.connected, workers[0]?.departed], [false, true]);
    cut.abort();
  });
});

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

  it('are not gone when the later one departs, because the earlier one may rejoin', async () => {
    const witness = startWorker(controller.address, { id: 'witness' });
    started.push(witness);
    const first = worker('1');
    await until('the first to join', () => first.assignments.length > 0);
    const second = worker('2');
    await until('the second to replace it', () => first.ended() !== undefined && second.assignments.length > 0);
    await second.depart();
    const left = await waitFor('the end of the session', async () => {
      const { workers } = await controller.fleet.listWorkers({});
      return workers.find(({ workerId, connected }) => workerId === 'w1' && !connected);
    });
    assert.deepEqual([left.awaited, left.departed], [true, false]);
    const again = worker('1');
    await until('the first to join again', () => again.assignments.length > 0);
  });
});
