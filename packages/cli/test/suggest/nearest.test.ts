import assert from 'node:assert/strict';
import { ParetoError } from '@pareto/core';
import { didYouMean, hasHint, nearest } from '../../src/suggest/nearest.js';

describe('nearest', () => {
  const known = ['digits', 'cnn-large', 'cnn-small', 'worker-1'];

  it('finds the known name for a typo or a prefix', () => {
    assert.equal(nearest('digts', known), 'digits');
    assert.equal(nearest('worker1', known), 'worker-1');
    assert.equal(nearest('CNN-Large', known), 'cnn-large');
    assert.equal(nearest('cnn-l', known), 'cnn-large');
  });

  it('returns undefined if no name is near', () => {
    assert.equal(nearest('resnet50', known), undefined);
    assert.equal(didYouMean('resnet50', known), undefined);
  });

  it('marks an error with a hint in its details', () => {
    const hint = didYouMean('digts', known);
    assert.equal(hint?.text, ': did you mean digits?');
    assert.ok(hasHint(new ParetoError('not-found', 'reworded', hint)));
    assert.ok(!hasHint(new ParetoError('not-found', `there is no digts${hint.text}`)));
  });
});
