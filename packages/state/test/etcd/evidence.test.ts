// Responses of etcd that prove another history, and those that do not.

import assert from 'node:assert/strict';
import { createManualClock } from '@pareto/testkit';
import { describe, it } from 'mocha';
import { createHistory, type Header, type History } from '../../src/etcd/history.js';

const answer = (member: string, revision: number, term: number, cluster = 'c'): Header => ({
  ...{ cluster_id: cluster, member_id: member, revision: String(revision), raft_term: String(term) },
});

/** Returns a history that has recorded these responses in order. */
function historyOf(...[first, ...others]: readonly [Header, ...Header[]]): History {
  const history = createHistory('epoch', first, createManualClock());
  for (const header of others) history.recordResponse(history.mark(), header);
  return history;
}

const agrees = (history: History, header: Header): boolean => history.agrees(history.mark(), header);

describe('evidence of another history', () => {
  it('is a lower revision of any member', () => {
    const history = historyOf(answer('a', 10, 2), answer('b', 12, 2));
    assert.equal(agrees(history, answer('a', 12, 2)), true);
    assert.equal(agrees(history, answer('a', 11, 2)), false);
    assert.equal(agrees(history, answer('c', 11, 2)), false);
  });

  it('is another cluster id', () => {
    assert.equal(agrees(historyOf(answer('a', 10, 2)), answer('a', 20, 2, 'd')), false);
  });

  it('is a lower raft term of the same member', () => {
    const history = historyOf(answer('a', 10, 2), answer('a', 11, 4), answer('b', 11, 4));
    assert.equal(agrees(history, answer('a', 20, 3)), false);
    assert.equal(agrees(history, answer('b', 20, 3)), false);
  });

  it('is not the lower term of another member, or of one that has just started', () => {
    const history = historyOf(answer('a', 10, 2), answer('b', 10, 2), answer('a', 900, 4));
    assert.equal(agrees(history, answer('b', 900, 2)), true);
    assert.equal(agrees(history, answer('c', 900, 1)), true);
    assert.equal(agrees(history, answer('a', 900, 0)), true);
  });

  it('is refuted only by a member with the highest known term', () => {
    const history = historyOf(answer('a', 10, 2), answer('b', 11, 4));
    const refutes = (header: Header): boolean => history.agrees(history.mark(), header, true);
    assert.equal(refutes(answer('a', 20, 3)), false);
    assert.equal(refutes(answer('c', 20, 3)), false);
    assert.equal(refutes(answer('c', 20, 4)), true);
    assert.equal(refutes(answer('a', 10, 4)), false, 'a lower revision');
  });

  it('is not a late response to an earlier call', () => {
    const history = historyOf(answer('a', 10, 2));
    const mark = history.mark();
    history.recordResponse(history.mark(), answer('a', 20, 3));
    assert.equal(history.agrees(mark, answer('a', 15, 2)), true);
  });

  it('is not a response from an earlier history', () => {
    const history = historyOf(answer('a', 100, 5));
    const mark = history.mark();
    history.begin('next', answer('a', 3, 2));
    assert.equal(history.agrees(mark, answer('a', 101, 5)), false);
    history.recordResponse(mark, answer('a', 101, 5));
    history.recordChange(mark.generation, 101);
    assert.deepEqual([history.seen, history.own, agrees(history, answer('a', 3, 2))], [3, 0, true]);
  });
});
