import assert from 'node:assert/strict';
import { allocationCalls, cpuCalls, type CallFrame } from '../../profiling/call-tree.js';

const at = (functionName: string, url = 'file:///a.js'): CallFrame => ({
  ...{ functionName, url, lineNumber: 0, columnNumber: 0 },
});

describe('cpuCalls', () => {
  it('shares the CPU time among the samples, except those of idle time', () => {
    const nodes = [
      { id: 1, callFrame: at('(root)', ''), hitCount: 0, children: [2, 3] },
      { id: 2, callFrame: at('serve'), hitCount: 1, children: [4] },
      { id: 3, callFrame: at('(idle)', ''), hitCount: 96 },
      { id: 4, callFrame: at('write'), hitCount: 3 },
    ];
    const { children } = cpuCalls({ cpuUs: 1_000, profile: { nodes } });
    const [serve, idle] = children;
    assert.deepEqual([serve?.self, serve?.children[0]?.self, idle?.self], [250, 750, 0]);
  });

  it('returns no time for a process that was idle', () => {
    const nodes = [
      { id: 1, callFrame: at('(root)', ''), hitCount: 0, children: [2] },
      { id: 2, callFrame: at('(idle)', ''), hitCount: 10 },
    ];
    assert.equal(cpuCalls({ cpuUs: 5, profile: { nodes } }).children[0]?.self, 0);
  });
});

describe('allocationCalls', () => {
  it('takes the size of each function', () => {
    const leaf = { callFrame: at('concat'), selfSize: 64, children: [] };
    const head = { callFrame: at('(root)', ''), selfSize: 0, children: [leaf] };
    assert.deepEqual(allocationCalls({ head }).children, [{ callFrame: at('concat'), self: 64, children: [] }]);
  });
});
