import assert from 'node:assert/strict';
import { wrap } from '../src/wrap.js';

describe('wrap', () => {
  it('breaks at spaces and indents the following lines', () => {
    assert.deepEqual(wrap('one two three four', 10), ['one two', '  three', '  four']);
    assert.deepEqual(wrap('one two', 80), ['one two']);
    assert.deepEqual(wrap('averylongword x', 5), ['averylongword', '  x']);
  });
});
