import assert from 'node:assert/strict';
import type { wire } from '@pareto/protocol';
import { capacityFinding } from '../../../src/commands/status/capacity.js';
import { fakeOverview, fakeTaskLoad, fakeUnmetNeed, fakeWorker } from '../../support/fake-overview.js';

const gpu = (fields: Partial<wire.Worker>): wire.Worker => {
  const worker = fakeWorker(fields);
  const slotGroups = worker.slotGroups.map((group) => ({
    ...group,
    hardwareClass: { id: 'cuda/t4', provider: 'cuda', device: 't4', instructionSet: '', memoryBytes: 2 ** 34 },
  }));
  return { ...worker, slotGroups };
};

const small = fakeWorker({ workerId: 'small', usdPerHour: 0.1 });
const large = gpu({ workerId: 'large', usdPerHour: 0.3 });
const short = {
  unmetNeeds: [fakeUnmetNeed()],
  workers: [large, small, fakeWorker({ workerId: 'dearer', usdPerHour: 0.2 })],
};

const previewed: wire.RecordedPlan = {
  ...{ revision: 0, ageMs: 0, quality: null, loads: 0, unloads: 0, replicaCount: 0, slots: 0, itemsPerSecond: 1 },
  ...{ replicas: [], classes: [], actions: [], unmetNeeds: [], omitted: 0 },
  demands: [{ task: 'digits', variant: 'a:fp16', latencyMs: 50, itemsPerSecond: 1, prefersAccuracy: false }],
};

/** Previews by a function that says whether a change suffices, and lists the changes that were asked. */
function previewing(suffices: (request: wire.PreviewRequestInput) => boolean, settled = true) {
  const asked: wire.PreviewRequestInput[] = [];
  const preview = async (request: wire.PreviewRequestInput): Promise<wire.PreviewResponse> => {
    if (Object.keys(request).length > 0) asked.push(request);
    const unmetNeeds = suffices(request) ? [] : [fakeUnmetNeed()];
    return { current: null, preview: { ...previewed, unmetNeeds }, settled, loadMs: 0 };
  };
  return { asked, preview };
}

const added = ({ added: workers }: wire.PreviewRequestInput): string =>
  (workers ?? []).map(({ likeWorker, count }) => `${likeWorker}=${count}`).join();

describe('the finding about capacity', () => {
  it('is missing, without previews, if nothing lacks, for long enough, or while the plan is frozen', async () => {
    const { asked, preview } = previewing(() => true);
    const frozen = { source: 'frozen', ageMs: 0, planId: '' };
    for (const overview of [
      { ...short, unmetNeeds: [] },
      { ...short, unmetNeeds: [fakeUnmetNeed({ ageMs: 1_000 })] },
      { ...short, unmetNeeds: [fakeUnmetNeed({ cause: 'loading' })] },
      { ...short, unmetNeeds: [fakeUnmetNeed({ source: 'warm' })] },
      { ...short, unmetNeeds: [fakeUnmetNeed({ source: 'held' })] },
      { ...short, plan: frozen },
    ])
      assert.equal(await capacityFinding(fakeOverview(overview), preview), undefined);
    assert.deepEqual(asked, []);
  });

  it('is missing if plans would do without a change', async () => {
    const { asked, preview } = previewing(() => true);
    assert.equal(await capacityFinding(fakeOverview(short), preview), undefined);
    assert.deepEqual(asked, []);
  });

  it('names the cheapest workers that suffice', async () => {
    const few: Readonly<Record<string, number>> = { small: 11, large: 3 };
    const { asked, preview } = previewing(({ added: workers = [] }) =>
      workers.some(({ likeWorker = '', count = 0 }) => count >= (few[likeWorker] ?? Infinity)),
    );
    const finding = await capacityFinding(fakeOverview(short), preview);
    assert.match(
      finding?.advice ?? '',
      /^any of these would do: 3 more workers like large \(\$0\.90 per hour, 'pareto plan --dry-run --add-workers large=3'\)$/,
    );
    assert.equal(finding?.text, 'the workers lack slots or memory for 1 variant that queries need');
    const kinds = asked.map(added).filter((one) => one !== '');
    const first = [1, 2, 4, 8, 16, 12, 10, 11].map((more) => `small=${more}`);
    assert.deepEqual(kinds, [...first, 'large=1', 'large=2', 'large=3']);
  });

  it('tries no workers that would cost more than others that suffice', async () => {
    const { asked, preview } = previewing((request) => added(request) === 'small=1');
    const finding = await capacityFinding(fakeOverview(short), preview);
    assert.match(finding?.advice ?? '', /1 more worker like small/);
    assert.deepEqual(
      asked.map(added).filter((one) => one !== ''),
      ['small=1'],
    );
  });

  it('names the fewest workers if none has a price', async () => {
    const workers = [small, large].map((one) => ({ ...one, usdPerHour: 0 }));
    const { preview } = previewing((request) => ['small=2', 'large=1'].includes(added(request)));
    const finding = await capacityFinding(fakeOverview({ ...short, workers }), preview);
    assert.match(finding?.advice ?? '', /1 more worker like large \('pareto plan/);
  });

  it('counts a worker without a price as the dearest', async () => {
    const workers = [gpu({ workerId: 'free', usdPerHour: 0 }), small];
    const { preview } = previewing((request) => ['small=1', 'free=1'].includes(added(request)));
    const finding = await capacityFinding(fakeOverview({ ...short, workers }), preview);
    assert.match(finding?.advice ?? '', /1 more worker like small/);
  });

  it('keeps what it has found if further previews fail, and claims nothing of what it could not try', async () => {
    const failing = (fails: (request: wire.PreviewRequestInput) => boolean) => {
      const { preview } = previewing((request) => added(request) === 'small=1');
      return (request: wire.PreviewRequestInput) =>
        fails(request) ? Promise.reject(new Error('older release')) : preview(request);
    };
    const older = await capacityFinding(
      fakeOverview(short),
      failing(({ demands }) => demands !== undefined),
    );
    assert.match(older?.advice ?? '', /^any of these would do: 1 more worker like small/);
    const late = await capacityFinding(
      fakeOverview(short),
      failing((request) => Object.keys(request).length > 0),
    );
    assert.match(late?.advice ?? '', /^not all changes could be previewed: 'pareto plan --dry-run --help'/);
    await assert.rejects(
      capacityFinding(
        fakeOverview(short),
        failing(() => true),
      ),
      /older release/,
    );
  });

  it('names looser objectives of the tasks that lack capacity, and of those that meet theirs least', async () => {
    const tasks = [
      fakeTaskLoad({ task: 'fine', attainment: 0.995 }),
      fakeTaskLoad({ task: 'poor', attainment: 0.8 }),
      fakeTaskLoad({ task: 'digits', attainment: 0.9 }),
    ];
    const { preview } = previewing(({ demands = [] }) =>
      demands.some(({ target, withoutFloor = false }) => target === 'poor' || withoutFloor),
    );
    const finding = await capacityFinding(fakeOverview({ ...short, tasks }), preview);
    assert.equal(
      finding?.advice,
      "any of these would do: no accuracy floor for digits ('pareto plan --dry-run --without-floor digits'); " +
        "twice the latency for poor ('pareto plan --dry-run --latency poor=2x'); " +
        "no accuracy floor for poor ('pareto plan --dry-run --without-floor poor')",
    );
  });

  it('says so if nothing that it tries would do, or if plans would not come to rest', async () => {
    const none = await capacityFinding(fakeOverview(short), previewing(() => false).preview);
    const text =
      /^none of these would do alone: up to 16 more workers like small or large, twice the latency or no accuracy floor for digits: /;
    assert.match(none?.advice ?? '', text);
    const restless = previewing((request) => Object.keys(request).length > 0, false);
    assert.match((await capacityFinding(fakeOverview(short), restless.preview))?.advice ?? '', text);
  });
});
