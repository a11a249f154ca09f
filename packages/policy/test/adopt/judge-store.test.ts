import assert from 'node:assert/strict';
import type { StoreEvidence } from '@pareto/core';
import { describe, it } from 'mocha';
import { judgeStore } from '../../src/adopt/judge-store.js';

const evidence = (more: Partial<StoreEvidence>): StoreEvidence => ({
  ...{ known: 'a', found: 'a', isDeclared: false, isOlder: false, intent: undefined },
  ...more,
});

const verdict = (more: Partial<StoreEvidence>): string => {
  const judged = judgeStore(evidence(more));
  return judged.kind === 'hold' ? judged.loss : judged.kind;
};

describe('judging a store', () => {
  it('creates the epoch of the first start, and follows that of a running cluster', () => {
    assert.equal(verdict({ known: undefined, found: undefined }), 'create');
    assert.equal(verdict({ known: undefined, found: undefined, intent: 'restore' }), 'create');
    assert.equal(verdict({ known: undefined, found: 'b' }), 'follow');
    assert.equal(verdict({ known: undefined, found: 'b', isOlder: true, intent: 'accept' }), 'follow');
  });

  it('takes an empty store for emptied without knowing it if model files exist', () => {
    const judged = (more: Partial<StoreEvidence>) =>
      judgeStore(evidence({ known: undefined, found: undefined, ...more }), { hasFiles: true });
    assert.deepEqual(judged({}), { kind: 'hold', loss: 'emptied' });
    assert.deepEqual(judged({ intent: 'restore' }), { kind: 'create' });
    assert.deepEqual(judged({ intent: 'accept' }), { kind: 'declare' });
    assert.deepEqual(judged({ found: 'b' }), { kind: 'follow' });
  });

  it('continues with a store that has its data', () => {
    for (const intent of [undefined, 'restore', 'accept'] as const) assert.equal(verdict({ intent }), 'continue');
    assert.equal(verdict({ isDeclared: true }), 'continue');
  });

  it('holds a store that lost data', () => {
    assert.equal(verdict({ found: undefined }), 'emptied');
    assert.equal(verdict({ isOlder: true }), 'older');
    assert.equal(verdict({ isOlder: true, isDeclared: true }), 'older');
    assert.equal(verdict({ found: 'b' }), 'replaced');
    assert.equal(verdict({ found: 'b', isOlder: true }), 'replaced');
  });

  it('follows a declared epoch, also that of an older store', () => {
    assert.equal(verdict({ found: 'b', isDeclared: true }), 'follow');
    assert.equal(verdict({ found: 'b', isDeclared: true, isOlder: true }), 'follow');
  });

  it('uses any store that an operator accepts', () => {
    assert.equal(verdict({ found: undefined, intent: 'accept' }), 'declare');
    assert.equal(verdict({ isOlder: true, intent: 'accept' }), 'declare');
    assert.equal(verdict({ found: 'b', intent: 'accept' }), 'declare');
  });

  it('restores a backup only into an emptied store', () => {
    assert.equal(verdict({ found: undefined, intent: 'restore' }), 'create');
    assert.equal(verdict({ isOlder: true, intent: 'restore' }), 'older');
    assert.equal(verdict({ found: 'b', intent: 'restore' }), 'replaced');
  });
});
