import assert from 'node:assert/strict';
import type { RecipeOutcome } from '@pareto/core';
import { servedVersion, type Rollout } from '../../src/index.js';
import { buildSelectionRule } from '@pareto/testkit';
import { architecture, replica, variant, worker } from '../support/fixture.js';

const old = variant('a:original', { p50Ms: 1 });
const fresh = variant('a:original', { p50Ms: 1, version: 2 });
const unmeasured = variant('a:original', { version: 2 });
const loaded = replica('1', 'a:original', 'w');
const next = replica('2', 'a:original', 'w', { version: 2 });

const noBatch: RecipeOutcome = {
  ...{ architecture: 'a', version: 2, recipe: 'dynamic-batch' },
  result: { kind: 'failed', reason: 'rows mix' },
};
const third = variant('a:original', { p50Ms: 1, version: 3 });
/** Version 1 is the current one again, and the name resolves to version 2. */
const goneBack = { served: 2, current: architecture('a') };

const half = variant('a:fp16', { p50Ms: 1 });
const pinned = { variants: [old, half, fresh], replicas: [loaded, next, replica('3', 'a:fp16', 'w')] };
const pins = [buildSelectionRule('pin', 'a:fp16')];
const unmeasurable = {
  variants: [...pinned.variants, variant('a:fp16', { version: 2, failure: 'crashed' })],
  rules: pins,
};
const dominated = {
  variants: [...pinned.variants, variant('a:fp16', { version: 2, p50Ms: 1, dominatedWithin: true })],
  rules: pins,
};

const served = (fields: Partial<Rollout>): number =>
  servedVersion({
    served: 1,
    current: architecture('a', { version: 2 }),
    variants: [old, fresh],
    replicas: [loaded],
    workers: [worker('w', 500)],
    rules: [],
    ...fields,
  });

const cases: readonly (readonly [string, Partial<Rollout>, number])[] = [
  ['the old one is ready, the new one is not', {}, 1],
  ['both versions are ready', { replicas: [loaded, next] }, 2],
  [
    'both are ready, and the batch of the new one is still to be verified',
    { current: architecture('a', { version: 2, fixedBatch: 1 }), replicas: [loaded, next] },
    1,
  ],
  [
    'both are ready, and the first dimension of the new one turned out to be no batch',
    {
      current: { ...architecture('a', { version: 2, fixedBatch: 1 }), outcomes: [noBatch] },
      replicas: [loaded, next],
    },
    2,
  ],
  ['the new one is loading', { replicas: [loaded, { ...next, state: 'loading' }] }, 1],
  ['the old one has more replicas ready than there are slots', { replicas: [loaded, { ...loaded }, next] }, 2],
  [
    'and more than the new one, with slots for them',
    { replicas: [loaded, { ...loaded }, next], workers: [worker('w', 500, { slots: 2 })] },
    1,
  ],
  [
    'the new one is too large for the fleet',
    { variants: [old, variant('a:original', { p50Ms: 1, version: 2, memoryMib: 900 })] },
    1,
  ],
  ['the old one is loading', { replicas: [{ ...loaded, state: 'loading' }] }, 1],
  ['the worker of the old one is expected back', { workers: [worker('w', 500, { presence: 'awaited' })] }, 1],
  [
    'the worker of the old one is gone and the new one is measured',
    { workers: [worker('w', 500, { presence: 'gone' })] },
    2,
  ],
  [
    'the worker of the old one is gone and the new one is not measured',
    { workers: [worker('w', 500, { presence: 'gone' })], variants: [old, unmeasured] },
    1,
  ],
  ['the old one failed to load', { replicas: [{ ...loaded, state: 'failed' }] }, 2],
  ['the old one is not loaded', { replicas: [] }, 2],
  ['neither is loaded and only the old one is measured', { replicas: [], variants: [old, unmeasured] }, 1],
  ['neither is measured', { replicas: [], variants: [variant('a:original'), unmeasured] }, 2],
  [
    'the old one is quarantined, the new one not measured',
    { replicas: [], variants: [variant('a:original', { p50Ms: 1, quarantineReason: 'kills' }), unmeasured] },
    2,
  ],
  ['the old one is denied', { replicas: [], variants: [old, unmeasured], rules: [buildSelectionRule('deny', 'a')] }, 2],
  [
    'what is pinned is ready in both',
    { replicas: [loaded, next], rules: [buildSelectionRule('pin', 'a:original')] },
    2,
  ],
  ['a pinned variant is missing in the new one', { ...pinned, rules: [buildSelectionRule('pin', 'a:fp16')] }, 1],
  ['a pinned variant failed to be measured in the new one', { ...pinned, ...unmeasurable }, 1],
  ['a pinned variant is dominated in the new one', { ...pinned, ...dominated }, 1],
  ['the name resolves to the current one already', { served: 2 }, 2],
  ['the served version no longer exists', { served: 1, variants: [fresh] }, 2],
  ['a new leader finds the old one loaded', { served: undefined }, 1],
  ['a new leader finds both loaded', { served: undefined, replicas: [loaded, next] }, 2],
  [
    'a new leader finds nothing loaded, and the old one measured',
    { served: undefined, replicas: [], variants: [old, unmeasured] },
    1,
  ],
  ['the current one is older and not ready', { ...goneBack, replicas: [next] }, 2],
  ['the current one is older and as warm', { ...goneBack, replicas: [loaded, next] }, 1],
  ['a new leader finds the newer one loaded', { ...goneBack, served: undefined, replicas: [next] }, 2],
  [
    'a new leader finds two others, the older of which was being rolled out',
    {
      served: undefined,
      variants: [old, fresh, third],
      replicas: [{ ...next, state: 'loading' }, replica('3', 'a:original', 'w', { version: 3 })],
      current: architecture('a'),
    },
    3,
  ],
  ['there is only one version', { served: undefined, current: architecture('a'), variants: [old] }, 1],
];

describe('servedVersion', () => {
  for (const [name, fields, expected] of cases) it(name, () => assert.equal(served(fields), expected));
});
