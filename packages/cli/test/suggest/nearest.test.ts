import assert from 'node:assert/strict';
import { didYouMean, nearest } from '../../src/suggest/nearest.js';

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
    assert.equal(didYouMean('resnet50', known), '');
    assert.equal(didYouMean('digts', known), ': did you mean digits?');
  });
});
