import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { createConnections, type Connection, type Connections } from '../../src/limits/connections.js';

interface Fixture {
  readonly connections: Connections;
  /** Names of the ended connections. */
  readonly ended: string[];
  readonly reached: () => number;
  readonly add: (name: string) => Connection;
}

function createFixture(max: number): Fixture {
  const ended: string[] = [];
  let reached = 0;
  const connections = createConnections({ max, onReached: () => reached++ });
  const add = (name: string): Connection => connections.add('host', () => ended.push(name));
  return { connections, ended, add, reached: () => reached };
}

describe('createConnections', () => {
  it('ends the oldest connection without a request, then the one whose last reply is the longest ago', () => {
    const { ended, add, connections } = createFixture(3);
    const used = ['first', 'second'].map(add);
    for (const one of used.toReversed()) {
      one.serving();
      one.served();
    }
    add('third');
    add('fourth');
    assert.deepEqual(ended, ['third']);
    const fifth = add('fifth');
    fifth.serving();
    fifth.served();
    assert.deepEqual(ended, ['third', 'fourth']);
    add('sixth');
    assert.deepEqual(ended, ['third', 'fourth', 'second']);
    assert.equal(connections.count, 3);
  });

  it('ends the new connection if all others have a request in progress', () => {
    const { ended, add, connections, reached } = createFixture(2);
    add('first').serving();
    const second = add('second');
    second.serving();
    add('third')[Symbol.dispose]();
    assert.deepEqual(ended, ['third']);
    second.served();
    add('fourth');
    assert.deepEqual(ended, ['third', 'second']);
    assert.equal(connections.count, 2);
    assert.equal(reached(), 2);
  });

  it('keeps half of the connections for those that have had a request', () => {
    const { ended, add, connections } = createFixture(6);
    const used = add('used');
    used.serving();
    used.served();
    for (const name of ['a', 'b', 'c', 'd', 'e']) add(name);
    assert.deepEqual(ended, ['a', 'b']);
    assert.equal(connections.count, 4);
  });

  it('forgets closed connections', () => {
    const { ended, add, connections } = createFixture(2);
    for (let i = 0; i < 5; i++) add(`short ${i}`)[Symbol.dispose]();
    assert.equal(connections.count, 0);
    assert.deepEqual(ended, []);
  });
});
