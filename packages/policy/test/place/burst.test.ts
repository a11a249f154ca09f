import assert from 'node:assert/strict';
import { milliseconds, type Plan } from '@pareto/core';
import { createContext } from '../../src/place/context/context.js';
import type { VariantDemand } from '../../src/place/context/divide-demand.js';
import type { Option } from '../../src/place/context/options.js';
import { burstReplicas } from '../../src/place/needs/burst/burst-replicas.js';
import { planReplicas } from '../../src/place/plan-replicas.js';
import { searchProgram } from '../../src/place/solve/exact/search-program.js';
import { formulate } from '../../src/place/solve/formulate.js';
import { solutionOf } from '../../src/place/solve/round-solution.js';
import { defaultSolveParams } from '../../src/place/solve/solve-params.js';
import {
  defaultPlacementParams,
  type Demand,
  type PlacementReplica,
  type PlacementSnapshot,
  type PlacementVariant,
} from '../../src/snapshot/snapshot.js';
import { buildHardwareClass } from '@pareto/testkit';
import { alsoOn, architecture, brief, replica, snapshot, task, variant, worker } from '../support/fixture.js';

const params = { ...defaultPlacementParams, burstFactor: 4, burstFreePart: 0.5, copies: 0, idleMs: milliseconds(1) };
const busy = variant('busy:original', { p50Ms: 10, memoryMib: 100 });
const other = variant('other:original', { p50Ms: 10, memoryMib: 100, task: 'words' });
const demandFor = ({ variant: { id } }: PlacementVariant, itemsPerSecond: number): Demand => ({
  ...{ variants: [id], latencyMs: milliseconds(1_000), itemsPerSecond },
});
/** Takes .25 of a slot. */
const light = [demandFor(busy, 25)];

interface Fields {
  readonly replicas?: readonly PlacementReplica[];
  readonly memoryMib?: number;
  readonly workers?: PlacementSnapshot['workers'];
  readonly demand?: PlacementSnapshot['demand'];
  readonly params?: typeof params;
  readonly held?: PlacementSnapshot['held'];
  /** Variants in addition, and their architectures. */
  readonly more?: readonly PlacementVariant[];
}

/** Plans for workers with two slots, and for demand that is solved. */
function plan(
  { replicas = [], memoryMib = 500, demand = light, params: own = params, held = [], more = [], workers }: Fields,
  isSolved = true,
): Plan {
  const observed = snapshot({
    ...{ now: milliseconds(100_000), tasks: [task('digits'), task('words')], variants: [busy, other, ...more] },
    ...{ demand, replicas, held },
    workers: workers ?? ['w', 'x'].map((id) => worker(id, memoryMib, { slots: 2 })),
    architectures: more.map(({ variant: { architecture: name } }) => architecture(name)),
    idleSince: new Map([['words', milliseconds(0)]]),
  });
  if (!isSolved) return planReplicas(observed, own);
  const formulated = formulate(createContext(observed, own), { ...defaultSolveParams, reserve: 0 });
  assert.ok(formulated !== undefined && defaultSolveParams.exact !== undefined);
  const optimum = searchProgram(formulated.program, defaultSolveParams.exact);
  assert.ok(optimum !== undefined);
  const solution = solutionOf(formulated, { status: 'optimal', ...optimum, bound: optimum.objective }, 'exact');
  return planReplicas({ ...observed, solution }, own);
}

const ready = (id: string, on: string, of = 'busy:original'): PlacementReplica => replica(id, of, on);

describe('replicas for bursts', () => {
  it('are loaded for a multiple of the demand, on all workers with slots', () => {
    const made = plan({ replicas: [ready('1', 'w')], memoryMib: 1_000 });
    const loads = brief(made).filter((action) => action.startsWith('load busy'));
    assert.deepEqual(loads, ['load busy:original on x'], 'a replica takes .7 of a slot');
    const many = plan({ replicas: [ready('1', 'w')], memoryMib: 1_000, params: { ...params, burstFactor: 12 } });
    assert.equal(
      brief(many).filter((action) => action.startsWith('load busy')).length,
      2,
      'one at a time on each worker',
    );
  });

  it('are loaded on other classes, too, that answer the demand in time', () => {
    const device = buildHardwareClass({ device: 'other' });
    const workers = [worker('w', 1_000, { slots: 2 }), worker('o', 1_000, { classes: [device], slots: 2 })];
    const loadsAt = (slowness: number): readonly string[] => {
      const more = [alsoOn(variant('both:original', { p50Ms: 10, memoryMib: 100 }), device, slowness)];
      const demand = more.map((one) => demandFor(one, 25));
      const replicas = [ready('1', 'w', 'both:original')];
      const made = plan({ more, demand, workers, replicas, params: { ...params, burstFactor: 1 } });
      return brief(made).filter((action) => action.includes('both'));
    };
    assert.deepEqual([loadsAt(2), loadsAt(200)], [['load both:original on o'], []]);
  });

  it('stay on other classes while the load there varies around its limit', () => {
    const device = buildHardwareClass({ device: 'other' });
    const both = alsoOn(variant('both:original', { p50Ms: 10, memoryMib: 100 }), device, 2);
    const workers = [worker('w', 1_000, { slots: 2 }), worker('o', 1_000, { classes: [device], slots: 2 })];
    const isNeeded = (load: number, replicas: readonly PlacementReplica[]): boolean => {
      const context = createContext(snapshot({ variants: [both], workers, replicas }), params);
      const options = context.options.served.get(both.variant.id) ?? [];
      const onDevice = options.find(({ hardwareClass }) => hardwareClass === device.id);
      const first = options.find((option) => option !== onDevice);
      assert.ok(first !== undefined && onDevice !== undefined);
      const demandOf = (option: Option, own: number): VariantDemand => ({
        ...{ variant: both.variant.id, options, itemsPerSecond: 25 },
        shares: [{ option, replicas: 1, load: own }],
      });
      const [need] = burstReplicas.needs({ ...context, demands: [demandOf(first, 0.25), demandOf(onDevice, load)] });
      return need?.shares?.some(({ option }) => option === onDevice) ?? assert.fail('there is a need');
    };
    const { assignment, ...ofReplica } = ready('r', 'o', 'both:original');
    const held = { ...ofReplica, assignment: { ...assignment, hardwareClass: device.id } };
    // 1.4 slots can be used, of which half has to be free for more replicas, and .8 of that half for those that are there.
    const loads = [0.65, 0.75, 0.9];
    assert.deepEqual(
      [[], [held]].map((replicas) => loads.map((load) => isNeeded(load, replicas))),
      [
        [true, false, false],
        [true, true, false],
      ],
    );
  });

  it('are loaded up to a number of replicas', () => {
    const loadsWith = (maxBurstReplicas: number): number => {
      const made = plan({ replicas: [ready('1', 'w')], memoryMib: 1_000, params: { ...params, maxBurstReplicas } });
      return brief(made).filter((action) => action.startsWith('load busy')).length;
    };
    assert.deepEqual([1, 2, 3].map(loadsWith), [0, 1, 1], 'the demand needs two for its bursts');
  });

  it('stay', () => {
    const replicas = [ready('1', 'w'), ready('2', 'x')];
    const made = plan({ replicas });
    assert.deepEqual(made.kept.map(({ source }) => source).toSorted(), ['burst', 'demand']);
    assert.ok(!brief(made).some((action) => action.includes('busy')));
  });

  it('are unloaded when the demand no longer needs as many', () => {
    const replicas = [ready('1', 'w'), ready('2', 'x')];
    assert.ok(
      brief(plan({ replicas, params: { ...params, burstFactor: 1 } })).some((one) => one.includes('unload busy')),
    );
  });

  it('leave a part of the memory free', () => {
    const fields = { replicas: [ready('1', 'w')], params: { ...params, burstFactor: 12 } };
    const loadsWith = (memoryMib: number): number =>
      brief(plan({ ...fields, memoryMib })).filter((action) => action.startsWith('load busy')).length;
    assert.deepEqual([190, 210, 410].map(loadsWith), [0, 1, 2]);
  });

  it('wait while another replica is loading on the worker', () => {
    const loading = replica('2', 'other:original', 'x', { state: 'loading' });
    const fields = { replicas: [ready('1', 'w'), loading], params: { ...params, burstFactor: 8 }, memoryMib: 1_000 };
    assert.ok(!brief(plan(fields)).some((action) => action === 'load busy:original on x'));
  });

  it('do not count where demand takes the time of the slots', () => {
    const demand = [demandFor(busy, 140), demandFor(other, 30)];
    const needed = [ready('1', 'w'), ready('2', 'w'), ready('3', 'x', 'other:original')];
    const made = plan({ demand, replicas: [...needed, ready('4', 'w', 'other:original')], memoryMib: 1_000 });
    const sources = new Map(made.kept.map(({ replica: id, source }) => [id as string, source]));
    assert.deepEqual(
      Array.from('1234', (id) => sources.get(id)),
      ['demand', 'demand', 'demand', undefined],
    );
    assert.ok(!brief(made).some((action) => action.startsWith('load other')), brief(made).join());
  });

  it('give way to spare copies, though these evict nothing else', () => {
    const replicas = [ready('1', 'w'), ready('2', 'x'), ready('3', 'x'), ready('4', 'w', 'other:original')];
    const fields = { replicas, memoryMib: 250, params: { ...params, burstFactor: 12, idleMs: milliseconds(600_000) } };
    assert.deepEqual(brief(plan(fields)), []);
    assert.deepEqual(brief(plan({ ...fields, params: { ...fields.params, copies: 2 } })), [
      'unload busy:original on x',
    ]);
  });

  it('give way to measurements, even while they answer', () => {
    const used = { lastUsedAt: milliseconds(100_000) };
    const replicas = ['w', 'x', 'x'].map((on, id) => replica(`${id}`, 'busy:original', on, used));
    const fields = { replicas, memoryMib: 250, params: { ...params, burstFactor: 12 } };
    assert.deepEqual(brief(plan(fields)), []);
    const unmeasured = variant('fresh:original', { fileMib: 30 });
    assert.match(brief(plan({ ...fields, more: [unmeasured] })).join(), /^unload busy:original on [wx]$/);
  });

  it('give way to a variant that queries are held for', () => {
    const replicas = [ready('1', 'w'), ready('2', 'x')];
    const made = brief(plan({ replicas, memoryMib: 150, held: [other.variant.id] }));
    assert.ok(
      made.some((action) => /^(unload|evict) busy/.test(action)),
      made.join(),
    );
  });

  it('do not exist where workers without replicas cost nothing, nor for greedy targets', () => {
    const replicas = [ready('1', 'w')];
    for (const made of [
      plan({ replicas, params: { ...params, releasesHosts: true } }),
      plan({ replicas, params }, false),
    ])
      assert.ok(
        !made.kept.some(({ source }) => source === 'burst') && !brief(made).some((one) => one.includes('load busy')),
      );
  });
});
