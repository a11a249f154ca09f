// Classification of failed calls by the messages of gRPC and etcd.

import assert from 'node:assert/strict';
import { ParetoError } from '@pareto/core';
import { describe, it } from 'mocha';
import { readCallError, unknownLogin } from '../../src/etcd/call-error.js';
import { explain } from '../../src/etcd/explain.js';

const cases: readonly (readonly [text: string, effect: 'none' | 'unknown', mayRetryElsewhere: boolean])[] = [
  ['14 UNAVAILABLE: No connection established. Last error: Error: connect ECONNREFUSED', 'none', true],
  ['14 UNAVAILABLE: Name resolution failed for target dns:etcd-0:2379', 'none', true],
  ['14 UNAVAILABLE: Channel closed before call started', 'none', true],
  ['4 DEADLINE_EXCEEDED: Deadline exceeded after 1.500s,name resolution: 0.001s,Waiting for LB pick', 'none', true],
  ['4 DEADLINE_EXCEEDED: Deadline exceeded after 1.500s,waiting for name resolution', 'none', true],
  ['4 DEADLINE_EXCEEDED: Deadline exceeded after 1.5s,LB pick: 0.001s,remote_addr=127.0.0.1:2379', 'unknown', true],
  ['14 UNAVAILABLE: Connection dropped', 'unknown', true],
  ['1 CANCELLED: Call cancelled', 'unknown', true],
  ['14 UNAVAILABLE: etcdserver: no leader', 'none', true],
  ['8 RESOURCE_EXHAUSTED: etcdserver: too many requests', 'none', true],
  ['14 UNAVAILABLE: etcdserver: request timed out', 'unknown', true],
  ['14 UNAVAILABLE: etcdserver: request timed out, possibly due to previous leader failure', 'unknown', true],
  ['14 UNAVAILABLE: etcdserver: leader changed', 'unknown', true],
  ['14 UNAVAILABLE: etcdserver: server stopped', 'unknown', true],
  ['2 UNKNOWN: raft proposal dropped', 'unknown', true],
  ['2 UNKNOWN: context deadline exceeded', 'unknown', true],
  ['3 INVALID_ARGUMENT: etcdserver: revision of auth store is old', 'none', true],
  ['8 RESOURCE_EXHAUSTED: etcdserver: mvcc: database space exceeded', 'none', false],
  ['7 PERMISSION_DENIED: etcdserver: permission denied', 'none', false],
  ['something else', 'unknown', false],
];

describe('readCallError', () => {
  it('returns whether a write may have happened and whether another member may succeed', () => {
    for (const [text, ...expected] of cases) {
      for (const message of [text, `GRPCUnavailableError: ${text}`]) {
        const { effect, mayRetryElsewhere } = readCallError(new Error(message));
        assert.deepEqual([effect, mayRetryElsewhere], expected, message);
      }
    }
  });

  it('recognizes and explains a login that etcd has dropped', () => {
    const scene = { endpoints: ['a:1'], prefix: '/pareto/' };
    for (const words of [unknownLogin, 'revision of auth store is old']) {
      const error = readCallError(new Error(`16 UNAUTHENTICATED: etcdserver: ${words}`));
      assert.ok(error.isLoggedOut, words);
      const told = explain(error, scene, 'open');
      assert.ok(told instanceof ParetoError);
      assert.deepEqual([told.code, told.message.includes('login')], ['unauthenticated', true]);
    }
    assert.equal(readCallError(new Error('14 UNAVAILABLE: etcdserver: no leader')).isLoggedOut, false);
  });

  it('returns a CallError unchanged', () => {
    const error = readCallError(new Error('14 UNAVAILABLE: etcdserver: no leader'));
    assert.equal(readCallError(error), error);
  });
});
