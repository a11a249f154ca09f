// Installs the dependencies if the lock file has changed, generates the types if the protos have, and builds. Other scripts call it first.
import './require-node.mjs';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { areTypesFresh, generateTypes } from './generate-types.mjs';
import { goEnvironment, main, root, run, runTool, timed, ScriptError } from './script.mjs';

const stamp = join(root, 'node_modules/.pareto-lock');
const pnpm = 'scripts/pnpm/node_modules/.bin/pnpm';
const installCommand = `${pnpm} install --frozen-lockfile`;

/** Installs the locked dependencies, generates the types, and builds everything. Fast if nothing has changed. */
export async function setUp() {
  if (!isInstalled()) await timed('Installing dependencies', install);
  if (!areTypesFresh()) await timed('Generating types from protos/', generateTypes);
  await timed('Building', build);
}

const lockHash = () =>
  createHash('sha256')
    .update(readFileSync(join(root, 'pnpm-lock.yaml')))
    .digest('hex');
const isInstalled = () => existsSync(stamp) && readFileSync(stamp, 'utf8') === lockHash();

async function install() {
  const wanted = lockHash();
  // `CI` suppresses prompts. Short retries report a missing network within seconds.
  const env = {
    ...process.env,
    ...{ CI: 'true', npm_config_fetch_retries: '3' },
    ...{ npm_config_fetch_retry_mintimeout: '500', npm_config_fetch_retry_maxtimeout: '4000' },
  };
  const retries = ['--config.fetch-retry-mintimeout=500', '--config.fetch-retry-maxtimeout=4000'];
  const options = ['--reporter=append-only', ...retries];
  // The lock file of npm has the hashes of pnpm, which `npx` would not verify.
  const own = await run('npm', ['ci', '--prefix=scripts/pnpm', '--ignore-scripts', '--no-audit', '--no-fund'], { env });
  if (own.code !== 0) throw new ScriptError(explainInstall(own.output));
  const { code, output } = await run(join(root, pnpm), ['install', '--frozen-lockfile', ...options], {
    ...{ env, onOutput: showProgress },
  });
  if (process.stdout.isTTY) process.stdout.write('\r\x1b[K');
  if (code !== 0) throw new ScriptError(explainInstall(output));
  writeFileSync(stamp, wanted);
}

function showProgress(text, stop) {
  // Without this, pnpm retries for minutes.
  if (noSpace.test(text)) stop();
  if (!process.stdout.isTTY) return;
  const last = text
    .split('\n')
    .filter((line) => line.includes('Progress:'))
    .pop();
  if (last !== undefined) process.stdout.write(`\r\x1b[K  ${last.trim()}`);
}

const noSpace = /ENOSPC|EDQUOT|os error 28|No space left/i;

const installFailures = [
  [noSpace, 'there is no space left on the disk; free about 1 GB'],
  [
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|META_FETCH_FAIL|ERR_SOCKET|network|dns|tunneling|error sending request/i,
    'the npm registry cannot be reached; check the network, "npm config get registry" and the proxy settings',
  ],
  [/OUTDATED_LOCKFILE|frozen-lockfile/, `pnpm-lock.yaml does not match the package.json files; run "${pnpm} install"`],
  [/EACCES|EPERM|EROFS|Permission denied/, 'a file cannot be written; check who owns this folder'],
];

function explainInstall(output) {
  const known = installFailures.find(([pattern]) => pattern.test(output));
  const why = known === undefined ? 'see the output above' : known[1];
  return `${output.trim().split('\n').slice(-15).join('\n')}\n\nThe dependencies could not be installed: ${why}. Then run the command again (it runs "${installCommand}").`;
}

async function build() {
  const { code, output } = await runTool('typescript-7/bin/tsc', ['-b', 'tsconfig.build.json'], { env: goEnvironment });
  if (code !== 0) throw new ScriptError(explainBuild(output));
  // The bundler may have just been installed.
  const { bundleAll } = await import('./bundle.mjs');
  await bundleAll().catch((error) => {
    throw new ScriptError(explainBuild(error.message));
  });
  writeFileSync(join(root, 'packages/cli/dist/commit.txt'), commitOfTree());
}

/** Returns the commit that is built, with `-dirty` if files differ from it. Empty without git, or in another repository. */
function commitOfTree() {
  const git = (...args) => spawnSync('git', ['-C', root, ...args], { encoding: 'utf8' });
  const { status, stdout: folder } = git('rev-parse', '--show-prefix');
  if (status !== 0 || folder.trim() !== '') return '';
  return git('describe', '--always', '--abbrev=40', '--exclude=*', '--dirty').stdout.trim();
}

const explainBuild = (output) =>
  noSpace.test(output)
    ? 'The build failed: there is no space left on the disk. Free about 100 MB, then run the command again.'
    : `${output.trim()}\n\nThe build failed. On a fresh clone this is a bug: please report it with the lines above.`;

if (import.meta.url === pathToFileURL(process.argv[1]).href) await main(setUp);
