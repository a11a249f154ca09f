import assert from 'node:assert/strict';
import { joinElements } from '../src/index.js';

describe('joinElements', () => {
  it('writes the length of each element before its bytes', () => {
    const joined = joinElements([Buffer.from('é'), Buffer.alloc(0), Buffer.alloc(258, 1)]);
    assert.deepEqual([...joined.subarray(0, 10)], [2, 0, 0, 0, 0xc3, 0xa9, 0, 0, 0, 0]);
    assert.deepEqual([...joined.subarray(10, 15)], [2, 1, 0, 0, 1]);
    assert.equal(joined.length, 4 + 2 + 4 + 4 + 258);
    assert.equal(joinElements([]).length, 0);
  });
});
