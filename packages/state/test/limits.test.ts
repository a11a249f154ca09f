import assert from 'node:assert/strict';
import fc from 'fast-check';
import { checkTransaction, splitOperations } from '../src/limits.js';
import type { Operation } from '../src/store.js';

describe('operations that may not fit one transaction', () => {
  it('are split, in order, into transactions within the limits', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 2 ** 19 }), { maxLength: 300 }), (sizes) => {
        const value = 'x'.repeat(2 ** 19);
        const operations = sizes.map((size, i): Operation => {
          return size % 7 === 0
            ? { kind: 'delete-prefix', prefix: `gone/${i}/` }
            : { kind: 'put', key: `key/${i}`, value: value.slice(0, size) };
        });
        const parts = [...splitOperations(operations)];
        for (const part of parts) checkTransaction({ compares: [], operations: part });
        assert.deepEqual(parts.flat(), operations);
        assert.ok(parts.every(({ length }) => length > 0));
      }),
      { numRuns: 30 },
    );
  });

  it('that exceed the limits alone get a transaction of their own', () => {
    const large: Operation = { kind: 'put', key: 'large', value: 'x'.repeat(2 ** 20) };
    const small: Operation = { kind: 'put', key: 'small', value: '' };
    assert.deepEqual([...splitOperations([large, small])], [[large], [small]]);
    assert.throws(() => checkTransaction({ compares: [], operations: [large] }), /the limit is .* split it/);
  });
});
