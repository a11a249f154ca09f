// `npm run check`: all checks of the source except its tests. Prints one line per check, and the output of failed ones.
import './require-node.mjs';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkCommits } from './check-commits.mjs';
import { checkPaths } from './check-paths.mjs';
import { checkWords } from './check-words.mjs';
import { setUp } from './setup.mjs';
import { goEnvironment, main, root, run, runTool } from './script.mjs';

/** Folders with sources and tests. A glob instead would take a quarter of the check, since the tool reads all of node_modules for it. */
const sources = [
  ...['packages', 'services']
    .flatMap((folder) => readdirSync(join(root, folder)).map((name) => `${folder}/${name}`))
    .concat('loadgen')
    .flatMap((folder) => [`${folder}/src`, `${folder}/test`])
    .filter((folder) => existsSync(join(root, folder))),
  ...['test', 'bench'],
];

const dependencyReport = join(root, 'scripts/report-dependencies.mjs');

const tool =
  (file, ...args) =>
  () =>
    runTool(file, args, { env: goEnvironment });

/** The checks, of which two run at the same time. The longest start first. */
const checks = [
  ['lint', tool('oxlint/bin/oxlint', '--deny-warnings')],
  ['types of the tests', tool('typescript-7/bin/tsc', '-b', 'tsconfig.test.json')],
  [
    'dependency rule',
    tool('dependency-cruiser/bin/dependency-cruise.mjs', `--output-type=plugin:${dependencyReport}`, ...sources),
  ],
  ['documented paths', checkPaths],
  ['words', checkWords],
  ['commit subjects', checkCommits],
  ['dead code', tool('knip/bin/knip.js', '--no-progress')],
  ['the reference is fresh', checkReference],
  ['format', tool('oxfmt/bin/oxfmt', '--list-different', '.')],
];

/** Generates the reference into a temporary folder and compares the result with the committed one. */
async function checkReference() {
  const folder = mkdtempSync(join(tmpdir(), 'pareto-generated-'));
  try {
    const generated = await run(process.execPath, ['scripts/generate-reference.mjs', '--out', folder]);
    if (generated.code !== 0) return generated;
    const [fresh, committed] = [filesOf(folder), filesOf(join(root, 'docs/reference'))];
    const names = [...new Set([...fresh.keys(), ...committed.keys()])];
    const stale = names.filter((name) => fresh.get(name) !== committed.get(name));
    if (stale.length === 0) return { code: 0, output: '' };
    return { code: 1, output: `docs/reference is stale: run "npm run generate".\n${stale.join('\n')}` };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function filesOf(folder) {
  const paths = readdirSync(folder, { recursive: true }).filter((path) => statSync(join(folder, path)).isFile());
  return new Map(paths.map((path) => [path, readFileSync(join(folder, path), 'utf8')]));
}

/** Runs a check and returns whether it passes. */
async function perform([title, check]) {
  const since = performance.now();
  const { code, output } = await check();
  console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${title} (${((performance.now() - since) / 1000).toFixed(1)} s)`);
  if (code !== 0) console.log(`${output.trim()}\n`);
  return code === 0;
}

await main(async () => {
  await setUp();
  const waiting = [...checks];
  let failed = 0;
  const lane = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      if (!(await perform(next))) failed += 1;
    }
  };
  await Promise.all([lane(), lane()]);
  if (failed > 0) console.log(`${failed} of ${checks.length} checks failed`);
  return failed > 0 ? 1 : 0;
});
