import assert from 'node:assert/strict';
import fc from 'fast-check';
import { TextFields } from '../../src/transport/text-fields.js';

describe('TextFields', () => {
  it('has the texts of a Map in the same order', () => {
    const name = fc.constantFrom<string>('a', 'b', 'c', 'pareto-d');
    fc.assert(
      fc.property(fc.array(fc.tuple(name, fc.string())), (entries) => {
        const expected = new Map(entries);
        const fields = new TextFields();
        for (const [key, value] of entries) fields.set(key, value);
        const visited: (readonly [string, string])[] = [];
        fields.forEach((value, key) => visited.push([key, value]));
        assert.deepEqual(new Map(fields), expected);
        assert.deepEqual(visited, [...expected]);
        assert.deepEqual([[...fields.keys()], [...fields.values()]], [[...expected.keys()], [...expected.values()]]);
        assert.equal(fields.size, expected.size);
        for (const key of ['a', 'b', 'e']) {
          assert.equal(fields.get(key), expected.get(key));
          assert.equal(fields.has(key), expected.has(key));
        }
      }),
    );
  });
});
