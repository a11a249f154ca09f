import assert from 'node:assert/strict';
import { ParetoError } from '@pareto/core';
import { didYouMean, hasHint, nearest } from '../../src/suggest/nearest.js';

describe('nearest', () => {
  const known = ['digits', 'cnn-large', 'cnn-small', 'worker-1'];

  it('finds the name that somebody mistyped, or began', () => {
    assert.equal(nearest('digts', known), 'digits');
    assert.equal(nearest('worker1', known), 'worker-1');
    assert.equal(nearest('CNN-Large', known), 'cnn-large');
    assert.equal(nearest('cnn-l', known), 'cnn-large');
  });

  it('guesses nothing from afar', () => {
    assert.equal(nearest('resnet50', known), undefined);
    assert.equal(didYouMean('resnet50', known), undefined);
  });

  it('marks the error that it is a hint of', () => {
    const hint = didYouMean('digts', known);
    assert.equal(hint?.text, ': did you mean digits?');
    assert.ok(hasHint(new ParetoError('not-found', 'reworded', hint)));
    assert.ok(!hasHint(new ParetoError('not-found', `there is no digts${hint.text}`)));
  });
});
