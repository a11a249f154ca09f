import assert from 'node:assert/strict';
import { placeReplicas, type Placement } from '../../../src/baselines/accuracy-scaling/place-replicas.js';
import { problemOn } from '../support/scaling.js';
import { workersOn } from '../support/small-cluster.js';
import { servingReplica } from '../support/serving-replica.js';

const names = ({ placed }: Placement): readonly string[] =>
  placed.map(({ option, worker }) => `${option.variant} ${worker.id}`).toSorted();

describe('placeReplicas', () => {
  const problem = problemOn([workersOn('cpu', 3, 2)], [1]);
  const [w0, w1, w2] = problem.pools[0]?.workers ?? [];
  assert.ok(w0 !== undefined && w1 !== undefined && w2 !== undefined);

  it('fills one worker after another', () =>
    assert.deepEqual(names(placeReplicas(problem, [2, 1], [])), ['large w1', 'small w0', 'small w0']));
  it('keeps replicas where they run, and returns those that are replaced', () => {
    const running = [servingReplica('small', w2), servingReplica('large', w2), servingReplica('large', w1)];
    const placement = placeReplicas(problem, [1, 2], running);
    assert.deepEqual(names(placement), ['large w1', 'large w2', 'small w2']);
    const fewer = placeReplicas(problem, [1, 1], running);
    // Two replicas fit on one worker.
    assert.deepEqual(names(fewer), ['large w2', 'small w2']);
    assert.deepEqual(
      fewer.rooms.flatMap(({ replaced }) => replaced),
      running.slice(2),
    );
  });
  it('leaves out what does not fit into the memory', () => {
    const small = { ...workersOn('cpu', 1, 2), memoryMib: 150 };
    assert.deepEqual(names(placeReplicas(problemOn([small], [1]), [1, 1], [])), ['small w0']);
  });
});
