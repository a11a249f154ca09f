import assert from 'node:assert/strict';
import { waitFor } from '@pareto/testkit';
import { createFakeStorage, startFakeController, type FakeController } from '../../support/fake-controller.js';
import { startProgram } from '../../support/run-program.js';

describe('pareto events', () => {
  let controllers: FakeController[];
  const event = { kind: 'load', subject: 'cnn:fp16', worker: 'w1', reason: 'requested', ageMs: 65_000 };
  const failed = {
    kind: 'failed',
    subject: 'cnn:int8',
    worker: 'w1',
    reason: 'out of memory',
    warning: true,
    ageMs: 10,
  };
  beforeEach(async () => {
    controllers = await Promise.all([1, 2].map(() => startFakeController(createFakeStorage())));
    for (const controller of controllers) controller.events.push(event);
  });
  afterEach(() => controllers.forEach((controller) => controller[Symbol.dispose]()));

  const events = (...more: string[]) =>
    startProgram('events', '--controller', controllers.map(({ address }) => address).join(','), ...more);

  it('prints a table of all events, or only the warnings', async () => {
    controllers[0]?.events.push(failed);
    const { stdout } = await events().ended;
    assert.deepEqual(stdout.split('\n'), [
      '      AGE    KIND    SUBJECT   WORKER  REASON',
      '1 min 5 s    load    cnn:fp16  w1      requested',
      '    10 ms  ! failed  cnn:int8  w1      out of memory',
      '',
    ]);
    const { stdout: json } = await events('--warnings', '-o', 'json').ended;
    const { events: printed } = JSON.parse(json) as { events: { subject: string }[] };
    assert.deepEqual(
      printed.map(({ subject }) => subject),
      ['cnn:int8'],
    );
  });

  it('leaves out events that are older than --since', async () => {
    controllers[0]?.events.push(failed);
    const { stdout } = await events('--since', '1m').ended;
    assert.match(stdout, /cnn:int8/);
    assert.doesNotMatch(stdout, /cnn:fp16/);
    assert.equal((await events('--since', '5ms').ended).stdout, 'no events in the last 5 ms\n');
  });

  it('follows events to the next leader and prints each once', async () => {
    const following = events('--follow');
    const has = (text: string) => async () => following.written.stdout.includes(text) || undefined;
    await waitFor('the remembered events', has('cnn:fp16'));
    controllers[1]?.events.push({ ...failed, ageMs: 1 });
    controllers[0]?.server.close();
    await waitFor('the events of the second controller', has('cnn:int8'));
    following.stop();
    assert.equal((await following.ended).code, 0);
    assert.equal(following.written.stdout.match(/cnn:fp16/g)?.length, 1);
  });
});
