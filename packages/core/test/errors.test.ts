import assert from 'node:assert/strict';
import { ParetoError, withoutStack } from '../src/index.js';

const create = (): ParetoError => new ParetoError('resource-exhausted', 'too many');

describe('an error without a stack', () => {
  it('has its text and code, and no places in the code', () => {
    const error = withoutStack(create);
    assert.equal(error.code, 'resource-exhausted');
    assert.equal(error.stack, 'ParetoError: too many');
  });

  it('leaves the stacks of later errors as they were', () => {
    withoutStack(create);
    assert.match(create().stack ?? '', /errors\.test/);
    const failure = new Error('not created');
    assert.throws(
      () =>
        withoutStack(() => {
          throw failure;
        }),
      failure,
    );
    assert.match(create().stack ?? '', /errors\.test/);
  });
});
