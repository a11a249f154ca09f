import assert from 'node:assert/strict';
import { placeReplicas } from '../../../src/baselines/accuracy-scaling/place-replicas.js';
import { problemOf } from '../../../src/baselines/accuracy-scaling/problem-of.js';
import { listScalableOptions } from '../../../src/baselines/accuracy-scaling/scalable-option.js';
import { upgradeLeft } from '../../../src/baselines/proteus/upgrade-left.js';
import { objective } from '../support/scaling.js';
import { servingReplica } from '../support/serving-replica.js';
import { profileOn, smallCluster, variant, workersOn } from '../support/small-cluster.js';
import { steadyStream } from '../support/small-scenario.js';

describe('upgradeLeft', () => {
  const cluster = smallCluster(
    [
      variant('small', 0.7, [profileOn('cpu', { 1: 10 })]),
      variant('large', 0.9, [profileOn('cpu', { 1: 40 })]),
      variant('slow', 0.99, [profileOn('cpu', { 1: 900 })]),
      variant('spoken', 0.5, [profileOn('cpu', { 1: 10 })], { task: 'audio' }),
    ],
    [workersOn('cpu', 5, 1)],
    { cpu: 0.05 },
  );
  const tasks = ['images', 'audio'];
  const options = listScalableOptions(
    {
      cluster,
      streams: tasks.map((task) => ({ ...steadyStream(1, []), task })),
      objectives: tasks.map(() => objective(200)),
    },
    'largest',
  );
  const problem = problemOf({ workers: cluster.workers, replicas: [] }, options, [1, 1]);
  const upgraded = (running: Parameters<typeof placeReplicas>[2], images: number): readonly string[] =>
    upgradeLeft(
      placeReplicas(problem, [1, 0, 0], running),
      options,
      new Map([
        ['images', images],
        ['audio', 20],
      ]),
    ).map(({ option, worker }) => `${option.variant} ${worker.id}`);

  it('gives each slot to the task with the highest demand per replica, in its most accurate feasible variant', () => {
    // images 70/s, of which the program has one replica; audio 20/s. 70 / 2 > 20 / 1, 70 / 3 > 20, 20 > 70 / 4, 70 / 4 > 20 / 2.
    assert.deepEqual(upgraded([], 70), ['small w0', 'large w1', 'large w2', 'spoken w3', 'large w4']);
  });
  it('leaves slots with the task that they served', () => {
    const [, , w2, w3] = cluster.workers;
    assert.ok(w2 !== undefined && w3 !== undefined);
    const running = [servingReplica('spoken', w2, { task: 'audio' }), servingReplica('small', w3)];
    // w3 keeps the replica of the program. The workers without a replica follow those with one.
    assert.deepEqual(upgraded(running, 1_000), ['small w3', 'large w0', 'large w1', 'spoken w2', 'large w4']);
  });
});
