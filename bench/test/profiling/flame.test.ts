import assert from 'node:assert/strict';
import { agentUrl } from '../../profiling/agents.js';
import type { Call, CallFrame } from '../../profiling/call-tree.js';
import { createFlame, listFunctions, pruneFlame, sumByKind, type Flame } from '../../profiling/flame.js';
import type { Frame } from '../../profiling/frames.js';

const call = (functionName: string, self: number, children: readonly Call[] = [], url = ''): Call => ({
  ...{ callFrame: { functionName, url, lineNumber: 0, columnNumber: 0 }, self, children },
});

const describeCall = ({ functionName }: CallFrame): Frame => ({
  ...{ name: functionName, at: '', kind: functionName === 'gc' ? 'gc' : 'pareto' },
});

const create = (roots: readonly Call[], requests = 1): Flame =>
  createFlame(roots, { name: 'router', requests, describe: describeCall });

/** Returns the tree as text: names with their totals. */
const format = ({ frame, total, children }: Flame): string =>
  `${frame.name} ${total}${children.length === 0 ? '' : ` [${children.map(format).join(', ')}]`}`;

describe('createFlame', () => {
  it('merges the same function of several processes and below the same caller', () => {
    const first = call('root', 0, [call('serve', 4, [call('write', 2)]), call('serve', 2, [call('write', 4)])]);
    const second = call('root', 0, [call('serve', 0, [call('read', 8)])]);
    assert.equal(format(create([first, second], 2)), 'router 10 [serve 10 [read 4, write 3]]');
  });

  it('leaves out functions without a value', () => {
    assert.equal(format(create([call('root', 0, [call('serve', 0), call('gc', 1)])])), 'router 1 [gc 1]');
  });

  it('leaves out the agent and what it calls', () => {
    const agent = call('serve', 5, [call('gc', 2)], agentUrl);
    assert.equal(format(create([call('root', 1, [agent])])), 'router 1');
  });
});

describe('pruneFlame', () => {
  it('keeps the value of dropped functions in their caller', () => {
    const flame = create([call('root', 0, [call('serve', 90, [call('write', 9), call('read', 1)])])]);
    const pruned = pruneFlame(flame, 0.05);
    assert.equal(format(pruned), 'router 100 [serve 100 [write 9]]');
    assert.equal(pruned.children[0]?.self, 91);
  });
});

describe('listFunctions', () => {
  it('adds a function up over its callers, the largest first', () => {
    const flame = create([call('root', 0, [call('a', 1, [call('write', 3)]), call('b', 2, [call('write', 4)])])]);
    const rows = listFunctions(flame).map(({ name, self, total }) => [name, self, total]);
    assert.deepEqual(rows, [
      ['write', 7, 7],
      ['b', 2, 6],
      ['a', 1, 4],
    ]);
  });

  it('counts the total of a recursive function once', () => {
    const [walk] = listFunctions(create([call('root', 0, [call('walk', 1, [call('walk', 2)])])]));
    assert.deepEqual([walk?.self, walk?.total], [3, 3]);
  });
});

describe('sumByKind', () => {
  it('adds up the own values of all functions', () => {
    const sums = sumByKind(create([call('root', 0, [call('serve', 3, [call('gc', 1)]), call('gc', 2)])]));
    assert.deepEqual(sums, { pareto: 3, library: 0, node: 0, native: 0, gc: 3 });
  });
});
