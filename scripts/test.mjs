// `npm test`: sets up, runs every test, and ends with `N passed, N failed[, N skipped]`.
import './require-node.mjs';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { formatFailures, rerunFailed, runTests, summary } from './run-tests.mjs';
import { setUp } from './setup.mjs';
import { formatSlowest } from './slowest.mjs';
import { main, readOptions, root, ScriptError } from './script.mjs';

const help = `npm test -- [options] [PATH|TEXT]
Runs every test. A PATH (a folder, a file or a glob) selects files, and TEXT the tests whose title contains it.
Example: npm test -- packages/core

  --no-skips     count skipped tests as failed
  --slowest N    also print the N slowest tests, hooks and files, and the CPU of each folder`;

const filesIn = (folder) => `${folder}/**/*.test.ts`;

const faults = (...names) => names.map((name) => `test/faults/${name}.test.ts`);
/** Fault tests with clusters of their own. The others share a cluster. */
const faultsOfOwnClusters = faults('certificates', 'leaving', 'making', 'nodes', 'versions');
/** Half of the fault tests that share a cluster, which mostly wait. They share another one. */
const otherFaults = faults('rolling', 'standby', 'statistics', 'workers');
/** End-to-end tests with clusters of their own, and without programs in Python. */
const ownClusters = ['bad-models', 'hardware-change', 'kills', 'registering', 'variants', 'webgpu'].map(
  (name) => `test/e2e/${name}.test.ts`,
);
/** These need the Python environment that the conformance tests create. */
const pretrained = 'test/integration/pretrained.test.ts';
/** Tests of stores, which mostly wait for lost connections, dead servers and interrupted uploads. */
const stores = ['packages/blobs/test', 'packages/state/test'].map(filesIn);
/** Tests of calls, which are half of the work of all other packages. */
const calls = ['http2', 'protocol', 'rpc'].map((name) => filesIn(`packages/${name}/test`));
/** Tests of workers, which start most processes. A start costs the more CPU the more memory the starting process has. */
const workers = filesIn('services/worker/test');
/** Tests that mostly compute. */
const computing = ['core', 'models', 'policy', 'simulator', 'workload'].map((name) => filesIn(`packages/${name}/test`));

const without = (files) => files.flatMap((file) => ['--ignore', file]);

/**
 * Stages of runs. The runs of a stage are parallel, because most tests wait more than they compute, and the longest
 * start first. Faults with time limits run next to little else: those of other clusters, and tests that only use the
 * processors that faults leave. These go on next to the following stages.
 */
const everything = [
  [
    [...['test/conformance', 'test/e2e'].map(filesIn), ...without(ownClusters)],
    [workers],
    ownClusters,
    [filesIn('services/*/test'), ...without([workers])],
    [filesIn('test/integration'), ...without([pretrained])],
    [
      ...['packages/*/test', 'loadgen/test', 'bench/test'].map(filesIn),
      ...without([...stores, ...calls, ...computing]),
    ],
    calls,
    { waits: stores },
  ],
  [
    [filesIn('test/faults'), ...without([...faultsOfOwnClusters, ...otherFaults])],
    [...otherFaults, pretrained],
    faultsOfOwnClusters,
    { idle: computing },
  ],
  // Attackers need both cores, and leave much of them while they wait.
  [[filesIn('test/hostile')]],
];

/** Returns the mocha arguments of each run in each stage. Paths select files, other arguments select titles. */
function selections(args) {
  const specs = args.filter((arg) => arg.includes('*') || existsSync(join(root, arg)));
  const words = args.filter((arg) => !specs.includes(arg));
  const expand = (spec) => (!spec.includes('*') && statSync(join(root, spec)).isDirectory() ? filesIn(spec) : spec);
  const stages = specs.length > 0 ? [[specs.map(expand)]] : everything;
  const filter = words.length > 0 ? ['--fgrep', words.join(' ')] : [];
  const narrow = (run) => [...run, ...filter];
  const narrowForm = (run) => Object.fromEntries(Object.entries(run).map(([form, files]) => [form, narrow(files)]));
  return stages.map((runs) => runs.map((run) => (Array.isArray(run) ? narrow(run) : narrowForm(run))));
}

await main(async () => {
  const { values, positionals } = readOptions(
    {
      help: { type: 'boolean', short: 'h' },
      'no-skips': { type: 'boolean', default: false },
      slowest: { type: 'string' },
    },
    'npm test',
  );
  if (values.help) {
    console.log(help);
    return 0;
  }
  const slowest = values.slowest === undefined ? 0 : Number(values.slowest);
  if (!Number.isInteger(slowest) || slowest < 0)
    throw new ScriptError(`--slowest must be a whole number, for example 20, but is "${values.slowest}".`);
  await setUp();
  const all = { passed: 0, failed: 0, skipped: 0, failures: [], times: [], cpu: [] };
  const add = (ended) => {
    for (const name of ['passed', 'failed', 'skipped']) all[name] += ended[name];
    for (const name of ['failures', 'times', 'cpu']) all[name].push(...ended[name]);
  };
  const background = [];
  for (const runs of selections(positionals)) {
    background.push(runTests(runs.filter(({ idle }) => idle)));
    add(await runTests(runs.filter(({ idle }) => !idle)));
  }
  for (const ended of await Promise.all(background)) add(ended);
  if (slowest > 0) console.log(formatSlowest(all, slowest));
  const isWhole = positionals.length === 0;
  const { failures, unstable, ...counts } = isWhole ? await rerunFailed(all) : { ...all, unstable: [] };
  if (unstable.length > 0) console.log(formatFailures('Unstable tests, which passed alone', unstable));
  if (failures.length > 0) console.log(formatFailures('Failed tests', failures));
  console.log(summary(counts));
  return counts.failed > 0 || (values['no-skips'] && counts.skipped > 0) ? 1 : 0;
});
