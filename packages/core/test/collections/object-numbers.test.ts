import assert from 'node:assert/strict';
import { ObjectNumbers } from '../../src/index.js';

describe('the numbers of objects', () => {
  it('count from 0 in the order in which objects are seen first', () => {
    const numbers = new ObjectNumbers<{ readonly name: string }>();
    const [a, b] = [{ name: 'a' }, { name: 'b' }];
    const added: number[] = [];
    const numberOf = (object: { readonly name: string }): number => numbers.of(object, (number) => added.push(number));
    assert.deepEqual([numbers.find(a), numberOf(a), numberOf(b), numberOf(a)], [undefined, 0, 1, 0]);
    assert.deepEqual([numbers.find(b), added], [1, [0, 1]]);
  });
});
