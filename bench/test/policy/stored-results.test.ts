import assert from 'node:assert/strict';
import { createTempFolder } from '@pareto/testkit';
import { openStoredResults } from '../../policy/stored-results.js';

describe('stored results', () => {
  it('are used again only if a comparison is resumed, for the same kind of results', async () => {
    await using folder = await createTempFolder();
    const path = folder.file('results');
    let runs = 0;
    const compute = (): Promise<number> => Promise.resolve((runs += 1));
    const first = openStoredResults<number>(path, 'commit quick', false);
    assert.deepEqual([await first.of('a: seed 1', compute), await first.of('a: seed 1', compute)], [1, 1]);
    const resumed = openStoredResults<number>(path, 'commit quick', true);
    assert.deepEqual([await resumed.of('a: seed 1', compute), await resumed.of('a: seed 2', compute)], [1, 2]);
    assert.equal(await openStoredResults<number>(path, 'commit full', true).of('a: seed 1', compute), 3);
    assert.equal(await openStoredResults<number>(path, 'commit quick', false).of('a: seed 2', compute), 4);
  });
});
