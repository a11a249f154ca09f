import assert from 'node:assert/strict';
import { findMisspelledVariable } from '../../src/texts/misspelled-variable.js';
import { editDistance } from '../../src/texts/edit-distance.js';

describe('editDistance', () => {
  it('counts insertions, deletions, replacements and swaps of neighbours', () => {
    const pairs = [
      ['port', 'port', 0],
      ['port', 'ports', 1],
      ['port', 'prt', 1],
      ['port', 'host', 2],
      ['port', 'prot', 1],
      ['', 'port', 4],
      ['kitten', 'sitting', 3],
    ] as const;
    for (const [a, b, edits] of pairs) assert.deepEqual([editDistance(a, b), editDistance(b, a)], [edits, edits]);
  });
});

describe('findMisspelledVariable', () => {
  const check = (name: string): string | undefined =>
    findMisspelledVariable({ [name]: 'x', HOME: '/' }, [
      'PARETO_PORT',
      'PARETO_METRICS_PORT',
      'PARETO_CONTROLLERS',
      'PARETO_SLOTS',
    ]);

  it('names the variable and the known one', () => {
    for (const name of ['PARETO_PROT', 'PARETO_METRIC_PORT', 'PARETO_METRICS_PROTS', 'PARETO_CONTROLERS'])
      assert.match(
        check(name) ?? '',
        new RegExp(`^unknown environment variable ${name}: did you mean PARETO_\\w+\\?$`),
      );
  });

  it('ignores known variables, and those of other programs', () => {
    const others = ['PARETO_TEST_SOURCE_HOST', 'PARETO_PORT_8001_TCP', 'PARETO_SERVICE_PORT', 'PARETO_BLOBS', 'PORTS'];
    for (const name of ['PARETO_PORT', 'PARETO_CONTROLLER', ...others]) assert.equal(check(name), undefined, name);
  });
});
