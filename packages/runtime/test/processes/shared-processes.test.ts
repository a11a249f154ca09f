import assert from 'node:assert/strict';
import { milliseconds, systemClock } from '@pareto/core';
import { createHurriedClock, hungryModel, loopModel, matrixModel } from '@pareto/testkit';
import { createExecutorPool, type Executor, type ExecutorPool, type Sharing } from '../../src/index.js';
import { pickProcess } from '../../src/processes/shared-processes.js';
import { floatsOf, runFloats, saveModel } from '../support/harness.js';

const mib = 2 ** 20;
const sharing = { owner: 'default', model: 'root', maxModels: 32, spread: 1 } as const;

describe('small models on the cpu', function () {
  this.timeout(60_000);
  let loop: string;
  let hungry: string;
  before(async () => {
    loop = await saveModel('loop', loopModel());
    hungry = await saveModel('hungry', hungryModel());
  });

  const load = (pool: ExecutorPool, own: Partial<Sharing>, modelPath = loop, limitMib = 1024): Promise<Executor> =>
    pool.load({
      ...{ modelPath, provider: 'cpu', threads: 1, memoryLimitBytes: limitMib * mib },
      sharing: { ...sharing, ...own },
    });

  it('share a process, whose memory is counted once', async () => {
    await using pool = createExecutorPool({ size: 0, clock: systemClock });
    const executors = await Promise.all(['a', 'b', 'c', 'd'].map((model) => load(pool, { model })));
    assert.equal(new Set(executors.map(({ pid }) => pid)).size, 1);
    for (const executor of executors) assert.deepEqual(floatsOf(await runFloats(executor, [3])), [3]);
    const shares = executors.map((executor) => executor.memory()?.privateBytes ?? 0);
    const [first] = executors;
    const total = shares.reduce((sum, share) => sum + share, 0);
    assert.ok(total > (first?.baseMemoryBytes ?? Infinity) && total < 100 * mib, `${total} bytes`);
  });

  it('leave the process to the others when one is unloaded, and it ends with the last one', async () => {
    await using pool = createExecutorPool({ size: 0, clock: systemClock });
    const [a, b] = [await load(pool, { model: 'a' }), await load(pool, { model: 'b' })];
    await a[Symbol.asyncDispose]();
    assert.deepEqual(await a.died, { kind: 'ended', reason: 'unloaded' });
    assert.deepEqual(floatsOf(await runFloats(b, [7])), [7]);
    await b[Symbol.asyncDispose]();
    assert.throws(() => process.kill(b.pid, 0), { code: 'ESRCH' });
    const c = await load(pool, { model: 'c' });
    assert.notEqual(c.pid, b.pid);
    assert.equal(c.pid, (await load(pool, { model: 'a' })).pid, 'an unloaded model shares again');
  });

  it('share neither with models of other owners, nor with those that have a process of their own', async () => {
    await using pool = createExecutorPool({ size: 0, clock: systemClock });
    const own = await pool.load({ modelPath: loop, provider: 'cpu', threads: 1, memoryLimitBytes: 1024 * mib });
    const some = await Promise.all([load(pool, {}), load(pool, { owner: 'other' })]);
    assert.equal(new Set([own, ...some].map(({ pid }) => pid)).size, 3);
  });

  it('run alone once their process was killed by one that hangs, which the others are not the cause of', async () => {
    await using pool = createExecutorPool({ size: 0, clock: createHurriedClock([5_000, 250]) });
    const [guilty, bystander] = [await load(pool, { model: 'guilty' }), await load(pool, { model: 'bystander' })];
    const hanging = runFloats(guilty, [1e18], milliseconds(1));
    const waiting = runFloats(bystander, [4]);
    const [hung, lost] = await Promise.all([hanging, waiting]);
    assert.ok(hung.kind === 'died' && hung.running);
    assert.equal(hung.death.kind, 'hung');
    assert.ok(lost.kind === 'died' && !lost.running);
    assert.equal(lost.death.kind, 'by-other-model');
    assert.deepEqual(await bystander.died, lost.death);
    const models = ['guilty', 'bystander', 'new', 'newer'];
    const [first, second, third, fourth] = await Promise.all(models.map((model) => load(pool, { model })));
    assert.equal(new Set([first, second, third].map((one) => one?.pid)).size, 3);
    assert.equal(third?.pid, fourth?.pid);
  });

  it('run alone once one of them exceeded the memory limit of their process', async () => {
    await using pool = createExecutorPool({ size: 0, clock: systemClock });
    const guilty = await load(pool, { model: 'guilty' }, hungry, 300);
    const bystander = await load(pool, { model: 'bystander' }, loop, 300);
    const [died] = await Promise.all([runFloats(guilty, [1e9]), bystander.died]);
    assert.ok(died.kind === 'died' && died.death.kind === 'out-of-memory');
    assert.equal((await bystander.died).kind, 'by-other-model');
    const [again, other] = await Promise.all([
      load(pool, { model: 'guilty' }, hungry, 300),
      load(pool, { model: 'bystander' }, loop, 300),
    ]);
    assert.notEqual(again.pid, other.pid);
    assert.deepEqual(floatsOf(await runFloats(other, [5])), [5]);
  });

  it('do not grow a process by being loaded and unloaded', async () => {
    await using pool = createExecutorPool({ size: 0, clock: systemClock });
    const small = await saveModel('small', matrixModel(70));
    const stays = await load(pool, { model: 'stays' }, small);
    const cycle = async (): Promise<void> => {
      const some = await Promise.all(Array.from({ length: 31 }, (_, i) => load(pool, { model: `m${i}` }, small)));
      for (const executor of some) await executor[Symbol.asyncDispose]();
    };
    for (let round = 0; round < 5; round++) await cycle();
    const before = stays.memory()?.privateBytes ?? 0;
    for (let round = 0; round < 10; round++) await cycle();
    const grown = (stays.memory()?.privateBytes ?? Infinity) - before;
    assert.ok(grown < 8 * mib, `310 loads left ${grown} bytes`);
  });
});

describe('the process for one more small model', () => {
  const holding = (...models: readonly string[]): { readonly models: readonly string[] } => ({ models });
  const [a, ab, abc, xyz] = [holding('a'), holding('a', 'b'), holding('a', 'b', 'c'), holding('x', 'y', 'z')];
  const wanted = { model: 'new', maxModels: 32, spread: 1 };

  it('is the one with the fewest models, among those with room', () => {
    assert.equal(pickProcess([abc, a, ab], wanted), a);
    assert.equal(pickProcess([abc, ab], { ...wanted, maxModels: 3 }), ab);
  });
  it('is a new one if none has room, or fewer than there are slots', () => {
    assert.equal(pickProcess([], wanted), undefined);
    assert.equal(pickProcess([ab, ab], { ...wanted, maxModels: 2 }), undefined);
    assert.equal(pickProcess([a, ab], { ...wanted, spread: 3 }), undefined);
    assert.equal(pickProcess([a, ab], { ...wanted, spread: 2, maxModels: 2 }), undefined);
  });
  it('is one without a replica of the model if possible', () => {
    assert.equal(pickProcess([a, abc, xyz], { ...wanted, model: 'a' }), xyz);
    assert.equal(pickProcess([ab, a], { ...wanted, model: 'a' }), a);
  });
});
