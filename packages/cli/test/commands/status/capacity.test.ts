import assert from 'node:assert/strict';
import type { wire } from '@pareto/protocol';
import { capacityFinding } from '../../../src/commands/status/capacity.js';
import { fakeOverview, fakeTaskLoad, fakeUnmetNeed, fakeWorker } from '../../support/fake-overview.js';

const small = fakeWorker({ workerId: 'small', usdPerHour: 0.1 });
const large = fakeWorker({ workerId: 'large', usdPerHour: 0.3, memoryBytes: 2 ** 34 });
const short = { unmetNeeds: [fakeUnmetNeed()], workers: [large, small, fakeWorker({ workerId: 'same' })] };

/** Previews by a function that says whether a change suffices, and lists what was asked. */
function previewing(suffices: (request: wire.PreviewRequestInput) => boolean) {
  const asked: wire.PreviewRequestInput[] = [];
  const preview = async (request: wire.PreviewRequestInput): Promise<wire.PreviewResponse> => {
    asked.push(request);
    const unmetNeeds = suffices(request) ? [] : [fakeUnmetNeed()];
    return { current: null, preview: { unmetNeeds } as unknown as wire.RecordedPlan, settled: true, loadMs: 0 };
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
      { ...short, plan: frozen },
    ])
      assert.equal(await capacityFinding(fakeOverview(overview), preview), undefined);
    assert.deepEqual(asked, []);
  });

  it('names the cheapest workers that suffice', async () => {
    const few: Readonly<Record<string, number>> = { same: 11, large: 3 };
    const { asked, preview } = previewing(({ added: workers = [] }) =>
      workers.some(({ likeWorker = '', count = 0 }) => count >= (few[likeWorker] ?? Infinity)),
    );
    const finding = await capacityFinding(fakeOverview(short), preview);
    assert.match(
      finding?.advice ?? '',
      /^any of these would do: 3 more workers like large \(\$0\.90 per hour, 'pareto plan --dry-run --add-workers large=3'\)$/,
    );
    assert.equal(finding?.text, 'the workers lack slots or memory for 1 variant that queries need');
    const kinds = asked.map(added).join(' ');
    assert.equal(kinds, 'same=1 same=2 same=4 same=8 same=16 same=12 same=10 same=11 large=1 large=2 large=3');
  });

  it('tries no workers that would cost more than others that suffice', async () => {
    const { asked, preview } = previewing((request) => added(request) === 'same=1');
    const finding = await capacityFinding(fakeOverview(short), preview);
    assert.match(finding?.advice ?? '', /1 more worker like same/);
    assert.deepEqual(asked.map(added), ['same=1']);
  });

  it('names the fewest workers if none has a price', async () => {
    const workers = [small, large].map((one) => ({ ...one, usdPerHour: 0 }));
    const { preview } = previewing((request) => ['small=2', 'large=1'].includes(added(request)));
    const finding = await capacityFinding(fakeOverview({ ...short, workers }), preview);
    assert.match(finding?.advice ?? '', /1 more worker like large \('pareto plan/);
  });

  it('names looser objectives of the tasks that meet theirs least', async () => {
    const tasks = [
      fakeTaskLoad({ task: 'fine', attainment: 0.995 }),
      fakeTaskLoad({ task: 'poor', attainment: 0.8 }),
      fakeTaskLoad({ task: 'poorer', attainment: 0.5 }),
    ];
    const { preview } = previewing(({ demands = [] }) =>
      demands.some(({ target, withoutFloor = false }) => target === 'poor' || withoutFloor),
    );
    const finding = await capacityFinding(fakeOverview({ ...short, tasks }), preview);
    assert.equal(
      finding?.advice,
      "any of these would do: no accuracy floor for poorer ('pareto plan --dry-run --without-floor poorer'); " +
        "twice the latency for poor ('pareto plan --dry-run --latency poor=2x'); " +
        "no accuracy floor for poor ('pareto plan --dry-run --without-floor poor')",
    );
  });

  it('says so if nothing that it tries would do', async () => {
    const finding = await capacityFinding(fakeOverview(short), previewing(() => false).preview);
    assert.match(finding?.advice ?? '', /^neither 16 more workers of a kind, nor looser objectives of a task would do/);
  });
});
