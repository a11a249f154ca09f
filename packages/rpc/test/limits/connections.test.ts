import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { hostOf } from '../../src/limits/host.js';
import { createConnections, type Connection, type Connections } from '../../src/limits/connections.js';

interface Fixture {
  readonly connections: Connections;
  /** Names of the ended connections. */
  readonly ended: string[];
  readonly reached: () => number;
  readonly add: (name: string, address?: string) => Connection;
}

let hosts = 0;
const newAddress = (): string => `10.0.0.${++hosts}`;

function createFixture(max: number): Fixture {
  const ended: string[] = [];
  let reached = 0;
  const connections = createConnections(max, () => reached++);
  const add = (name: string, address = newAddress()): Connection => connections.add(address, () => ended.push(name));
  return { connections, ended, add, reached: () => reached };
}

describe('createConnections', () => {
  it('ends the oldest connection without a request, then the one whose last reply is the longest ago', () => {
    const { ended, add, connections } = createFixture(3);
    const used = ['first', 'second'].map((name) => add(name));
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

  it('keeps half of those without a request from one host for others', () => {
    const { ended, add, connections } = createFixture(8);
    add('other', '10.1.0.1');
    for (const name of ['a', 'b', 'c', 'd', 'e']) add(name, '10.1.0.2');
    assert.deepEqual(ended, ['a', 'b', 'c']);
    add('another', '10.1.0.1');
    assert.equal(connections.count, 4);
    // Four are without a request. The host of both has the most of them, and has had them for longer.
    add('third', '10.1.0.3');
    assert.deepEqual(ended, ['a', 'b', 'c', 'other']);
  });

  it('ends an idle connection of the host that has the most', () => {
    const { ended, add } = createFixture(4);
    for (const [name, address] of [
      ['a', '10.1.0.1'],
      ['b', '10.1.0.2'],
      ['c', '::ffff:10.1.0.2'],
      ['d', '10.1.0.3'],
    ] as const) {
      const one = add(name, address);
      one.serving();
      one.served();
    }
    add('e', '10.1.0.1');
    assert.deepEqual(ended, ['b']);
  });

  it('forgets closed connections', () => {
    const { ended, add, connections } = createFixture(2);
    for (let i = 0; i < 5; i++) add(`short ${i}`)[Symbol.dispose]();
    assert.equal(connections.count, 0);
    assert.deepEqual(ended, []);
  });
});

describe('hostOf', () => {
  it('returns an IPv4 address, or the network of an IPv6 address', () => {
    for (const [address, host] of [
      ['10.1.2.3', '10.1.2.3'],
      ['::ffff:10.1.2.3', '10.1.2.3'],
      ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
      ['2001:db8::6', '2001:db8:0:0::/64'],
      ['2001:db8:1::5:6', '2001:db8:1:0::/64'],
      ['::1', '0:0:0:0::/64'],
      ['fe80::1%eth0', 'fe80:0:0:0::/64'],
      [undefined, ''],
    ] as const)
      assert.equal(hostOf(address), host);
  });
});
