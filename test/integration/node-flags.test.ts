// The flags of a node are those of a router and of a worker, under names that tell those apart that each needs a value of.

import assert from 'node:assert/strict';
import { nodeConfig } from '@pareto/node';
import { routerConfig } from '@pareto/router';
import type { ConfigDefinition } from '@pareto/service';
import { workerConfig } from '@pareto/worker';
import { nodeFlags } from '../../packages/local/src/cluster/node-flags.js';

/** Returns the entries of the flags by name, as text. */
const entriesOf = ({ flags }: ConfigDefinition<unknown>): ReadonlyMap<string, string> =>
  new Map(flags.map(({ name, entry }) => [name, JSON.stringify(entry, (_key, value: unknown) => evaluate(value))]));

/** Defaults that other modules define are functions. */
const evaluate = (value: unknown): unknown => (typeof value === 'function' ? (value as () => unknown)() : value);

describe('a node', () => {
  const [node, router, worker] = [entriesOf(nodeConfig), entriesOf(routerConfig), entriesOf(workerConfig)];

  it('has the flags of a router', () => {
    for (const [name, entry] of router) if (name !== 'certs') assert.equal(node.get(name), entry, name);
  });

  it('has the flags of a worker, which begin with worker- where each of the two needs a value', () => {
    // Two recordings need two files.
    const ofEach = new Set(['record', 'record-bytes']);
    for (const [name, entry] of worker) {
      const isShared = !router.has(name) || (router.get(name) === entry && !ofEach.has(name));
      assert.equal(node.has(`worker-${name}`), !isShared, name);
      if (isShared && name !== 'certs') assert.equal(node.get(name), entry, name);
    }
  });

  it('gets the flags of a worker from `pareto up` by these names', () => {
    for (const name of worker.keys())
      assert.deepEqual(nodeFlags([`--${name}`]), [node.has(`worker-${name}`) ? `--worker-${name}` : `--${name}`]);
  });
});
