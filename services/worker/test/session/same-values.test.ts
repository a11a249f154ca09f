import assert from 'node:assert/strict';
import { sameValues } from '../../src/session/same-values.js';

describe('sameValues', () => {
  const report = (change: object = {}): unknown => ({ id: 'r1', age: 1, counts: [{ n: 1 }, { n: NaN }], ...change });

  it('compares nested data by value', () => {
    assert.ok(sameValues(report(), report()));
    for (const counts of [[{ n: 1 }], [{ n: 1 }, { n: 2 }], [{ n: NaN }, { n: 1 }], [{ n: 1 }, null], { 0: 1 }]) {
      assert.ok(!sameValues(report(), report({ counts })));
      assert.ok(!sameValues(report({ counts }), report()));
    }
    assert.ok(!sameValues(null, {}) && !sameValues({}, undefined) && !sameValues('1', 1));
  });

  it('compares no ignored property, wherever it is', () => {
    const isAge = (key: string): boolean => key === 'age';
    assert.ok(sameValues([report()], [report({ age: 2 })], isAge));
    assert.ok(!sameValues([report()], [report({ age: 2 })]));
    assert.ok(!sameValues([report()], [report({ age: 2, id: 'r2' })], isAge));
  });

  it('treats an undefined property as a missing one', () => {
    assert.ok(sameValues({}, { a: undefined }) && sameValues({ a: undefined }, {}));
    assert.ok(!sameValues({}, { a: 0 }) && !sameValues({ a: 0 }, {}));
  });
});
