import assert from 'node:assert/strict';
import { frontierOf } from '../../src/simulation/frontier.js';
import { spreadOf } from '../../src/simulation/spread.js';

describe('frontierOf', () => {
  const at = (name: string, usdPerHour: number, attainment: number) => ({
    ...{ name, usdPerHour: spreadOf([usdPerHour]), attainment: spreadOf([attainment]) },
  });

  it('has the policies that no cheaper one attains as much as', () => {
    const policies = [at('best', 20, 0.99), at('cheap', 5, 0.7), at('beaten', 12, 0.8), at('good', 10, 0.9)];
    assert.deepEqual(
      frontierOf(policies).map(({ name }) => name),
      ['cheap', 'good', 'best'],
    );
  });

  it('has the better of two policies with the same cost', () =>
    assert.deepEqual(
      frontierOf([at('worse', 10, 0.8), at('better', 10, 0.9)]).map(({ name }) => name),
      ['better'],
    ));
});
