// What an answer of etcd says of the history that it is from, and what it does not.

import assert from 'node:assert/strict';
import { createManualClock } from '@pareto/testkit';
import { describe, it } from 'mocha';
import { createHistory, type Header, type History } from '../../src/etcd/history.js';

const answer = (member: string, revision: number, term: number, cluster = 'c'): Header => ({
  ...{ cluster_id: cluster, member_id: member, revision: String(revision), raft_term: String(term) },
});

/** One that has had these answers, one after the other. */
function historyOf(...[first, ...others]: readonly [Header, ...Header[]]): History {
  const history = createHistory('epoch', first, createManualClock());
  for (const header of others) history.answered(history.mark(), header);
  return history;
}

const agrees = (history: History, header: Header): boolean => history.agrees(history.mark(), header);

describe('evidence of another history', () => {
  it('is a revision that is behind, of whichever member', () => {
    const history = historyOf(answer('a', 10, 2), answer('b', 12, 2));
    assert.equal(agrees(history, answer('a', 12, 2)), true);
    assert.equal(agrees(history, answer('a', 11, 2)), false);
    assert.equal(agrees(history, answer('c', 11, 2)), false);
  });

  it('is another cluster', () => {
    assert.equal(agrees(historyOf(answer('a', 10, 2)), answer('a', 20, 2, 'd')), false);
  });

  it('is a raft term that is behind that of the same member', () => {
    const history = historyOf(answer('a', 10, 2), answer('a', 11, 4), answer('b', 11, 4));
    assert.equal(agrees(history, answer('a', 20, 3)), false);
    assert.equal(agrees(history, answer('b', 20, 3)), false);
  });

  it('is not the older term of one that was away and got a snapshot of the data, or of one that has just started', () => {
    const history = historyOf(answer('a', 10, 2), answer('b', 10, 2), answer('a', 900, 4));
    assert.equal(agrees(history, answer('b', 900, 2)), true);
    assert.equal(agrees(history, answer('c', 900, 1)), true);
    assert.equal(agrees(history, answer('a', 900, 0)), true);
  });

  it('is not an answer to a call from before what is known by now', () => {
    const history = historyOf(answer('a', 10, 2));
    const mark = history.mark();
    history.answered(history.mark(), answer('a', 20, 3));
    assert.equal(history.agrees(mark, answer('a', 15, 2)), true);
  });

  it('is not what comes from the history before', () => {
    const history = historyOf(answer('a', 100, 5));
    const mark = history.mark();
    history.begin('next', answer('a', 3, 2));
    assert.equal(history.agrees(mark, answer('a', 101, 5)), false);
    history.answered(mark, answer('a', 101, 5));
    history.changed(mark.generation, 101);
    assert.deepEqual([history.seen, history.own, agrees(history, answer('a', 3, 2))], [3, 0, true]);
  });
});
