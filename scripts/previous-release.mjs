// Finds the previous release in the git history, and builds it in a separate folder.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, run, timed, ScriptError } from './script.mjs';

const releases = join(root, '.cache/upgrade');

/**
 * Returns commit and version of the last commit whose package.json has another version than the working tree's. Throws
 * a ScriptError if the git history cannot be read, is too short, or has no other version.
 */
export async function findPreviousRelease() {
  const version = versionIn(readFileSync(join(root, 'package.json'), 'utf8'));
  await checkRepository();
  // The version changes only with package.json, so the release is HEAD or the parent of one of these commits.
  const changes = await git('rev-list', '--first-parent', 'HEAD', '--', 'package.json');
  for (const revision of ['HEAD', ...changes.split('\n').map((commit) => `${commit}^`)]) {
    const file = await run('git', ['show', `${revision}:package.json`]);
    if (file.code !== 0) continue;
    const earlier = versionIn(file.output);
    if (earlier !== version) return { commit: await git('rev-parse', revision), version: earlier };
  }
  const isShallow = (await git('rev-parse', '--is-shallow-repository')) === 'true';
  throw new ScriptError(
    isShallow
      ? `The previous release is the last commit whose package.json has another version than ${version}, and this clone is too shallow to have it. Run "git fetch --unshallow", then run the command again.`
      : `There is no previous release: package.json has version ${version} in every commit. Raise the version, then run the command again.`,
  );
}

const versionIn = (text) => JSON.parse(text).version;

/** Throws a ScriptError unless the root is the top folder of a git repository. */
async function checkRepository() {
  const where = 'The previous release is found in the git history. Run the command in a clone of the repository';
  const { code, output } = await run('git', ['rev-parse', '--show-prefix']).catch((error) => {
    if (error.code === 'ENOENT') throw new ScriptError(`${where}, with git installed.`);
    throw error;
  });
  if (code !== 0) throw new ScriptError(`${where}. git failed: ${output.trim()}`);
  if (output.trim() !== '') throw new ScriptError(`${where}: ${root} is a folder inside another one.`);
}

async function git(...args) {
  const { code, output } = await run('git', args);
  if (code !== 0) throw new ScriptError(`"git ${args.join(' ')}" failed: ${output.trim()}`);
  return output.trim();
}

/** Returns the folder with the installed and built release. Reuses a folder that was built before. */
export async function buildPreviousRelease({ commit, version }) {
  const folder = join(releases, commit);
  const built = join(folder, '.built');
  const title = `The previous release, ${version} (${commit.slice(0, 7)}), in ${folder}`;
  if (existsSync(built)) {
    console.log(`${title}: built before`);
    return folder;
  }
  // Other releases are removed, since each takes about 500 MB.
  for (const name of existsSync(releases) ? readdirSync(releases) : [])
    rmSync(join(releases, name), { recursive: true });
  mkdirSync(releases, { recursive: true });
  await timed(title, async () => {
    await git('clone', '--quiet', '--shared', '--no-checkout', root, folder);
    await git('-C', folder, 'checkout', '--quiet', '--detach', commit);
    const { code } = await run(process.execPath, ['scripts/setup.mjs'], { cwd: folder, inherit: true });
    if (code !== 0) throw new ScriptError(`Release ${version} could not be built in ${folder}; see the output above.`);
  });
  writeFileSync(built, '');
  return folder;
}
