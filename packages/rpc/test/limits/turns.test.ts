import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { Turns, type TurnOwner } from '../../src/limits/turns.js';

interface Fixture {
  readonly turns: Turns;
  /** Names of the calls that have started, in order. */
  readonly started: string[];
  readonly call: (owner: TurnOwner, name: string, isEnded?: () => boolean) => void;
  /** Ends the iteration of the event loop. */
  readonly endIteration: () => Promise<void>;
}

/** Two calls start in each iteration. */
function createFixture(): Fixture {
  const atEnd: (() => void)[] = [];
  const started: string[] = [];
  const turns = new Turns(2, (run) => void atEnd.push(run));
  return {
    ...{ turns, started },
    call(owner, name, isEnded = () => false) {
      const turn = turns.take(owner, isEnded);
      if (turn === undefined) started.push(name);
      else void turn.then(() => started.push(name));
    },
    async endIteration() {
      for (const run of atEnd.splice(0)) run();
      await new Promise((resolve) => void setTimeout(resolve, 0));
    },
  };
}

describe('createTurns', () => {
  const owner: TurnOwner = { host: 'a' };

  it('starts a few calls in each iteration of the event loop, in order', async () => {
    const { call, started, endIteration } = createFixture();
    for (const name of ['1', '2', '3', '4', '5']) call(owner, name);
    assert.deepEqual(started, ['1', '2']);
    await endIteration();
    call(owner, '6');
    assert.deepEqual(started, ['1', '2', '3', '4']);
    await endIteration();
    assert.deepEqual(started, ['1', '2', '3', '4', '5', '6']);
    await endIteration();
    call(owner, '7');
    assert.deepEqual(started.at(-1), '7', 'no call waits');
  });

  it('numbers the iterations in which calls start', async () => {
    const { call, turns, endIteration } = createFixture();
    const { iteration } = turns;
    call(owner, '1');
    assert.equal(turns.iteration, iteration);
    await endIteration();
    assert.equal(turns.iteration, iteration + 1);
  });

  it('alternates between hosts, and between the connections of a host', async () => {
    const { call, started, endIteration } = createFixture();
    const [first, second, other] = [{ host: 'a' }, { host: 'a' }, { host: 'b' }] as const;
    for (const name of ['now 1', 'now 2', 'a1.1', 'a1.2', 'a1.3', 'a1.4']) call(first, name);
    call(second, 'a2.1');
    call(other, 'b.1');
    call(other, 'b.2');
    for (let iteration = 0; iteration < 4; iteration++) await endIteration();
    assert.deepEqual(started.slice(2), ['a1.1', 'b.1', 'a2.1', 'b.2', 'a1.2', 'a1.3', 'a1.4']);
  });

  it('takes no time for calls that have ended', async () => {
    const { call, started, endIteration } = createFixture();
    for (const name of ['1', '2']) call(owner, name);
    for (const name of ['3', '4', '5']) call(owner, name, () => true);
    for (const name of ['6', '7', '8']) call(owner, name);
    await endIteration();
    assert.deepEqual(started, ['1', '2', '3', '4', '5', '6', '7']);
  });
});
