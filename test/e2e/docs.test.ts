// Runs the commands of the documentation, and checks its links.

import assert from 'node:assert/strict';
import { access, mkdir, symlink, writeFile } from 'node:fs/promises';
import { delimiter } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createTempFolder, startChild, type TempFolder } from '@pareto/testkit';
import { startDigits, type DigitsCluster } from '../support/digits.js';
import { listPages, placeOfLink, readPage, type Block } from '../support/markdown.js';
import { startParetoCommands, type ParetoCommands } from '../support/pareto-commands.js';
import { preparePython, pythonVariables, type PythonEnvironment } from '../support/python.js';
import { skipWithout } from '../support/skip.js';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Pages in reading order, because commands build on earlier ones. */
const told = [
  'README.md',
  'docs/objectives.md',
  'docs/protocol.md',
  'docs/registering.md',
  'docs/tabular.md',
  'docs/simulating.md',
  'docs/operating.md',
  'docs/replacing-the-authority.md',
  'examples/shapes/README.md',
];
/** Pages whose commands are not run, because they start, build or release things. */
const others = [
  'CONTRIBUTING.md',
  'deploy/README.md',
  'docs/concepts.md',
  'docs/errors.md',
  'docs/load-testing.md',
  'docs/migrating.md',
];

const pages = await Promise.all(told.map(readPage));
const otherPages = await Promise.all(others.map(readPage));

const isCommand = ({ language }: Block): boolean => ['sh', 'bash', 'python'].includes(language);
const firstLine = ({ text }: Block): string => text.split('\n')[0] ?? '';

describe('documentation', function () {
  this.timeout(120_000);

  describe('links', () => {
    it('point to existing files and headings', async () => {
      const paths = await listPages();
      const read = new Map(await Promise.all(paths.map(async (path) => [path, await readPage(path)] as const)));
      const dead: string[] = [];
      for (const page of read.values()) {
        for (const link of page.links) {
          const place = placeOfLink(page, link);
          if (place === undefined) continue;
          const isThere = await access(`${root}${place.path}`).then(
            () => true,
            () => false,
          );
          const hasAnchor = place.anchor === '' || read.get(place.path)?.anchors.has(place.anchor) === true;
          if (!isThere || !hasAnchor) dead.push(`${page.path}:${link.line}: ${link.target}`);
        }
      }
      assert.deepEqual(dead, []);
      assert.ok(read.size > told.length);
    });
  });

  describe('commands', () => {
    const owned: AsyncDisposable[] = [];
    let started: DigitsCluster;
    let folder: TempFolder;
    let python: PythonEnvironment;
    let commands: ParetoCommands;
    before(async function () {
      skipWithout(this, await missingTool());
      folder = await createTempFolder();
      owned.push(folder);
      await furnish(folder);
      started = await startDigits({ nodes: 1 }, ['cnn-small', 'mlp-small']);
      owned.push(started);
      commands = await startParetoCommands(folder, optionsOf(started, folder));
      owned.push(commands);
      await started.client.waitUntilReady('cnn-small');
      python = await preparePython();
    });
    after(async () => {
      for (const one of owned.reverse()) await one[Symbol.asyncDispose]();
    });

    for (const { path, blocks } of pages) {
      for (const block of blocks.filter(isCommand)) {
        if (block.remark?.kind === 'not-run') continue;
        it(`${path}:${block.line} ${firstLine(block)}`, async function () {
          const command = block.language !== 'python' ? 'bash' : python.kind === 'ready' ? python.python : undefined;
          if (command === undefined) {
            Object.assign(this.test ?? {}, { skipReason: python.kind === 'missing' ? python.reason : undefined });
            return this.skip();
          }
          const form =
            path === 'README.md' ? asPrinted : { bin: commands.path, registerOptions: '--recipes original ' };
          const { code, output } = await runBlock(command, block, started, folder, form);
          const isWanted = block.remark?.kind === 'refused' ? code !== 0 : code === 0;
          assert.ok(isWanted, `${path}:${block.line} ended with ${code}:\n${block.text}\n\n${output}`);
        });
      }
    }
  });

  it('gives a reason for each command that is not run', () => {
    const silent = otherPages.flatMap(({ path, blocks }) =>
      blocks
        .filter((block) => isCommand(block) && block.remark?.kind !== 'not-run')
        .map(({ line }) => `${path}:${line}: neither run nor marked <!-- not run: why -->`),
    );
    assert.deepEqual(silent, []);
  });
});

async function missingTool(): Promise<string | undefined> {
  for (const tool of ['bash', 'curl']) {
    if ((await startChild(tool, ['--version']).exited).code !== 0) return `${tool} is not installed`;
  }
  return undefined;
}

/** Prepares the folder in which the commands run, with a .curlrc that makes curl fail if a server returns an error. */
async function furnish(folder: TempFolder): Promise<void> {
  await mkdir(folder.file('here'));
  for (const name of ['examples', 'docs', 'deploy', 'package.json'])
    await symlink(`${root}${name}`, folder.file(`here/${name}`));
  await writeFile(folder.file('.curlrc'), 'fail-with-body\nsilent\nshow-error\n');
}

/** Form in which a page's `pareto` commands run. */
interface CommandForm {
  /** Folder of the executable. */
  readonly bin: string;
  /** Options of registrations before those in the page, which replace them. */
  readonly registerOptions: string;
}

/** Starts a process for each command and generates variants. The form of the other pages costs much less CPU. */
const asPrinted: CommandForm = { bin: `${root}node_modules/.bin`, registerOptions: '' };

/** Returns the folder and the variables of commands. */
const optionsOf = ({ cluster: { controller, router } }: DigitsCluster, folder: TempFolder) => ({
  cwd: folder.file('here'),
  env: { PARETO_CONTROLLER: controller.address, PARETO_ROUTER: router.address },
});

async function runBlock(
  command: string,
  { text }: Block,
  started: DigitsCluster,
  folder: TempFolder,
  { bin, registerOptions }: CommandForm,
): Promise<{ readonly code: number | null; readonly output: string }> {
  const { controller, router } = started.cluster;
  const script = text
    .replaceAll('127.0.0.1:8000', new URL(router.url).host)
    .replaceAll('127.0.0.1:8001', router.address)
    .replaceAll('127.0.0.1:8100', controller.address)
    // The same file without the overhead of npm.
    .replaceAll('npx pareto', 'pareto')
    .replaceAll('pareto register ', `pareto register ${registerOptions}`);
  const options = optionsOf(started, folder);
  const child = startChild(command, command === 'bash' ? ['-euo', 'pipefail', '-c', script] : ['-c', script], {
    cwd: options.cwd,
    env: {
      ...{ ...pythonVariables, ...options.env, CURL_HOME: folder.path },
      PATH: [bin, process.env['PATH'] ?? ''].join(delimiter),
    },
  });
  const { code } = await child.exited;
  return { code, output: child.output };
}
