import assert from 'node:assert/strict';
import type { wire } from '@pareto/protocol';
import {
  createFakeStorage,
  startFakeController,
  type FakeController,
  type FakeStorage,
} from '../../support/fake-controller.js';
import { startProgram } from '../../support/run-program.js';

const on = { version: 1, hardwareClass: 'cpu/x' };
const demand = { task: 'digits', variant: 'tiny:original', latencyMs: 50, itemsPerSecond: 30 };

const plan = (revision: number, fields: wire.RecordedPlanInput = {}): wire.RecordedPlanInput => ({
  ...{ revision, ageMs: 60_000, loads: 1, unloads: 0, replicaCount: 2, slots: 4, itemsPerSecond: 30 },
  quality: { source: 'exact', gap: 0, usdPerHour: 0.12, ageMs: 0 },
  replicas: [{ ...on, variant: 'tiny:original', replicas: 2, source: 'demand', reason: '30 items/s' }],
  demands: [demand],
  classes: [{ hardwareClass: 'cpu/x', workers: 2, slots: 4, usdPerHour: 0.05 }],
  ...fields,
});

describe('plan', () => {
  let storage: FakeStorage;
  let controller: FakeController;
  beforeEach(async () => {
    storage = createFakeStorage();
    controller = await startFakeController(storage);
    controller.plans = { current: plan(3, { ageMs: 0 }), plans: [plan(3), plan(2)], freeze: null };
  });
  afterEach(() => controller[Symbol.dispose]());

  const run = async (...argv: readonly string[]) =>
    startProgram('--controller', controller.address, '-o', 'wide', 'plan', ...argv).ended;
  const linesOf = async (...argv: readonly string[]): Promise<readonly string[]> => {
    const { code, stdout, stderr } = await run(...argv);
    assert.equal(code, 0, stderr);
    return stdout.trimEnd().split('\n');
  };

  it('shows the plan in force, with its quality, reasons, demand and unmet needs', async () => {
    const unmetNeeds = [{ variant: 'large:original', source: 'demand', cause: 'memory', reason: 'demand: no room' }];
    controller.plans = { ...controller.plans, current: plan(3, { ageMs: 0, unmetNeeds }) };
    assert.deepEqual(await linesOf(), [
      'the plan in force, unchanged since plan 3: exact, at the proven bound of $0.12 per hour; 2 replicas on 4 slots ($0.20 per hour), for 30.0 items/s',
      '',
      'VARIANT        CLASS  REPLICAS  SOURCE  REASON',
      'tiny:original  cpu/x         2  demand  30 items/s',
      '',
      'DEMAND OF  ITEMS/S   WITHIN  PREFERS',
      'digits        30.0  50.0 ms  tiny:original',
      '',
      'UNMET           LACKS   REASON',
      'large:original  memory  demand: no room',
    ]);
  });

  it('shows what a slot more is worth where slots are short', async () => {
    const short = { hardwareClass: 'cpu/x', workers: 2, slots: 4, usdPerHour: 0.05, congestionUsdPerHour: 1.5 };
    const classes = [short, { ...short, hardwareClass: 'gpu/x', congestionUsdPerHour: 0 }];
    controller.plans = { ...controller.plans, current: plan(3, { ageMs: 0, classes }) };
    assert.deepEqual((await linesOf()).slice(-2), [
      'SHORT OF  SLOTS   USD/H        WORTH MORE',
      'cpu/x         4  $0.050  + $1.50 per hour',
    ]);
  });

  it('says since when, by whom and why the plan is frozen', async () => {
    controller.plans = {
      current: plan(3, { ageMs: 0, quality: { source: 'frozen' } }),
      plans: [],
      freeze: { revision: 2, ageMs: 5_000, actor: 'ada', reason: 'a sale' },
    };
    assert.match((await linesOf())[0] ?? '', /plan 3: frozen at plan 2 by ada, 5 s ago: a sale; 2 replicas/);
  });

  it('shows the cost of a plan without a bound', async () => {
    controller.plans = {
      ...controller.plans,
      current: plan(3, { quality: { source: 'stale', usdPerHour: 0.5, ageMs: 5_000 } }),
    };
    assert.match((await linesOf())[0] ?? '', /: stale, from a solution 5 s old, \$0\.50 per hour; 2 replicas/);
  });

  it('lists the history', async () => {
    assert.deepEqual(await linesOf('--history'), [
      'PLAN    AGE  SOURCE  USD/H    GAP  ITEMS/S  SLOTS  REPLICAS  LOADS  UNLOADS',
      '   3  1 min  exact   $0.12  0.0 %     30.0      4         2      1        0',
      '   2  1 min  exact   $0.12  0.0 %     30.0      4         2      1        0',
    ]);
  });

  it('shows an earlier plan, of which a gap is stated', async () => {
    const quality = { source: 'solved', gap: 0.02, usdPerHour: 0.5 };
    controller.plans = { ...controller.plans, plans: [plan(2, { quality, omitted: 7 })] };
    const lines = await linesOf('2');
    assert.match(lines[0] ?? '', /^plan 2, 1 min ago: solved, \$0\.50 per hour, of which at most 2\.0 % are above/);
    assert.ok(lines.includes('7 more rows were not recorded'));
    assert.deepEqual(storage.calls, ['plans 2 ']);
  });

  it('compares two plans, and a plan with the one in force', async () => {
    const earlier = plan(2, {
      quality: { source: 'exact', gap: 0, usdPerHour: 0.2 },
      replicas: [
        { ...on, variant: 'tiny:original', replicas: 1 },
        { ...on, variant: 'gone:original', version: 2, replicas: 1 },
      ],
      demands: [{ ...demand, itemsPerSecond: 29.9 }],
      classes: [],
    });
    controller.plans = { ...controller.plans, plans: [earlier, plan(3)] };
    const lines = await linesOf('--diff', '2', '3');
    assert.deepEqual(lines, [
      'from plan 2 to plan 3, from $0.20 to $0.12 per hour',
      '',
      'REPLICAS OF       CLASS  BEFORE  AFTER',
      'tiny:original     cpu/x       1      2',
      'gone:original v2  cpu/x       1      0',
      '',
      'SLOTS OF  BEFORE  AFTER',
      'cpu/x          0      4',
    ]);
    assert.deepEqual(await linesOf('--diff', '2'), lines);
    assert.deepEqual(await linesOf('--diff', '3'), [
      'from plan 3 to plan 3, from $0.12 to $0.12 per hour: no difference',
    ]);
  });

  it('compares in the order in which plans are named', async () => {
    const difference = JSON.parse((await run('--diff', '3', '2', '-o', 'json')).stdout) as object;
    assert.deepEqual(
      { ...difference },
      {
        ...{ from: 3, to: 2, replicas: [], demands: [], slots: [] },
        usdPerHour: { before: 0.12, after: 0.12 },
      },
    );
  });

  it('explains the replicas of a variant, and why there are none', async () => {
    controller.description = { variants: [{ name: 'tiny:original' }, { name: 'large:original' }] };
    const actions = [{ kind: 'load', variant: 'tiny:original', worker: 'w1', reason: 'required' }];
    controller.plans = { current: plan(3, { ageMs: 0 }), plans: [plan(2, { actions })] };
    assert.deepEqual(await linesOf('--why', 'tiny:original'), [
      'tiny:original has 2 replicas on cpu/x: demand: 30 items/s',
      '',
      'PLAN    AGE  ACTION  WORKER  REASON',
      '   2  1 min  load    w1      required',
    ]);
    const gone = [{ kind: 'unload', variant: 'large:original', worker: 'w1', reason: 'idle' }];
    controller.plans = { current: plan(3, { replicas: [] }), plans: [plan(2, { actions: gone })] };
    assert.equal(
      (await linesOf('--why', 'large:original'))[0],
      'large:original has no replica, because no need asks for one; the last one was unloaded 1 min ago: idle',
    );
    const { code, stderr } = await run('--why', 'digits');
    assert.deepEqual(
      [code, stderr.trim()],
      [1, 'pareto: digits is not a variant: name a variant, such as tiny:original'],
    );
  });

  it('is frozen, rolled back and resumed', async () => {
    assert.deepEqual(await linesOf('freeze', '--reason', 'a sale'), [
      "the plan is frozen with 2 replicas: 'pareto plan' shows it, 'pareto plan resume' ends this",
    ]);
    assert.deepEqual(await linesOf('rollback', '2'), [
      "the plan goes back to the 2 replicas of plan 2, and is frozen: 'pareto plan' shows it, 'pareto plan resume' ends this",
    ]);
    assert.deepEqual(await linesOf('resume'), ['the plan is not frozen']);
    controller.plans = { freeze: { ageMs: 5_000, actor: 'ada' } };
    assert.deepEqual(await linesOf('resume'), [
      'the plan was frozen by ada, 5 s ago; it follows demand and rules again',
    ]);
    assert.deepEqual(storage.calls, ['freeze 0 a sale', 'freeze 2 ', 'resume', 'resume']);
  });

  it('previews other demand, objectives, prices and workers', async () => {
    const preview = plan(0, {
      ...{ replicaCount: 3, slots: 6, itemsPerSecond: 60 },
      replicas: [{ ...on, variant: 'tiny:original', replicas: 3 }],
      demands: [{ ...demand, itemsPerSecond: 60 }],
      unmetNeeds: [
        { variant: 'tiny:original', source: 'demand', cause: 'compute', reason: 'demand: every slot is busy' },
      ],
    });
    controller.preview = { current: plan(3), preview, settled: false, loadMs: 2_500 };
    const changes = ['--demand', 'digits=2x', '--demand', 'tiny=5', '--price', 'cpu/=0.1', '--latency', 'big=3x'];
    changes.push('--without-floor', 'big');
    const lines = await linesOf('--dry-run', ...changes, '--add-workers', 'w1=2', '--remove-worker', 'w2');
    assert.deepEqual(lines, [
      'plans would lead to: exact, at the proven bound of $0.12 per hour; 3 replicas on 6 slots ($0.20 per hour), for 60.0 items/s; new replicas are ready about 3 s after their loads begin; plans would still change replicas after 30 turns',
      '',
      'REPLICAS OF    CLASS  BEFORE  AFTER',
      'tiny:original  cpu/x       2      3',
      '',
      'ITEMS/S OF  PREFERS        WITHIN   BEFORE  AFTER',
      'digits      tiny:original  50.0 ms    30.0   60.0',
      '',
      'UNMET          LACKS    REASON',
      'tiny:original  compute  demand: every slot is busy',
    ]);
    const [call = ''] = storage.calls;
    const { demands, usdPerHour, added, removedWorkers } = JSON.parse(
      call.slice('preview '.length),
    ) as wire.PreviewRequest;
    assert.deepEqual(
      demands.map(({ target, factor, itemsPerSecond, ...of }) => [target, factor, itemsPerSecond, of.latencyFactor]),
      [
        ['digits', 2, undefined, undefined],
        ['tiny', undefined, 5, undefined],
        ['big', undefined, undefined, 3],
        ['big', undefined, undefined, undefined],
      ],
    );
    assert.deepEqual([usdPerHour, added, removedWorkers], [{ 'cpu/': 0.1 }, [{ likeWorker: 'w1', count: 2 }], ['w2']]);
    controller.preview = { current: plan(3), preview: plan(0), settled: true };
    assert.match((await linesOf('--dry-run')).join(), /for 30\.0 items\/s; nothing differs from the plan in force$/);
  });

  it('says whether a load can be answered', async () => {
    const whatif = ['whatif', 'digits', '--latency-ms', '50', '--rate', '300'];
    const start = async () => startProgram('--controller', controller.address, '-o', 'wide', ...whatif).ended;
    controller.preview = { current: plan(3), preview: plan(0), settled: true };
    assert.match((await start()).stdout, /^yes\nplans would lead to: exact/);
    assert.match(storage.calls[0] ?? '', /"latencyMs":50,.*"itemsPerSecond":300/);
    const unmetNeeds = [{ variant: 'tiny:original', source: 'demand', cause: 'compute', reason: 'every slot is busy' }];
    controller.preview = { current: plan(3), preview: plan(0, { unmetNeeds }), settled: true };
    assert.match(
      (await start()).stdout,
      /^no: tiny:original: every slot is busy\n→ 'pareto plan --dry-run --add-workers WORKER=N'/,
    );
    controller.preview = { current: plan(3, { unmetNeeds }), preview: plan(0, { unmetNeeds }), settled: true };
    assert.match((await start()).stdout, /^no: tiny:original: every slot is busy, as in the plan in force\n/);
  });

  it('accepts no option of the command with a subcommand, which would change the plan', async () => {
    for (const argv of [
      ['rollback', '2', '--dry-run'],
      ['--dry-run', 'rollback', '2'],
      ['freeze', '--history'],
      ['freeze', '--why', 'tiny:original'],
      ['resume', '--demand', 'a=2'],
      ['--diff', '1', '--', 'rollback', '3'],
    ]) {
      const { code, stderr } = await run(...argv);
      assert.equal(code, 2, `${argv.join(' ')}: ${stderr}`);
    }
    assert.deepEqual(storage.calls, []);
  });

  it('rejects options that exclude one another, and says when there is no plan yet', async () => {
    for (const argv of [
      ['2', '--history'],
      ['--diff', '1', '2', '3'],
      ['two'],
      ['rollback'],
      ['--demand', 'a=2'],
      ['--dry-run', '--price', '5'],
    ])
      assert.equal((await run(...argv)).code, 2, argv.join(' '));
    controller.plans = {};
    const { code, stderr } = await run();
    assert.deepEqual([code, stderr.includes('there is no plan yet')], [1, true]);
    assert.deepEqual(await linesOf('--history'), ['no plan has changed replicas in the last day']);
  });
});
