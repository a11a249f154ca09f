// The two releases of an upgrade: the previous one, which scripts/upgrade.mjs built, and the current one.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startChild, type Child } from '@pareto/testkit';
import { startService, type ServiceStart } from '../support/service-process.js';

export interface Release {
  readonly version: string;
  /** Starts a service, with the flags of the previous release: they must remain valid. */
  startService(start: ServiceStart): Child;
  /** Starts the `pareto` command. */
  startCli(...args: readonly string[]): Child;
}

const previousRoot = process.argv.find((argument) => argument.startsWith('--previous='))?.slice('--previous='.length);
if (previousRoot === undefined) throw new Error('start these tests by "npm run test:upgrade"');
const currentRoot = fileURLToPath(new URL('../..', import.meta.url));

export const previous: Release = {
  version: versionAt(previousRoot),
  startService: ({ service, args, env }) => startScript(previousRoot, `services/${service}/dist/main.js`, args, env),
  startCli: (...args) => startScript(previousRoot, 'packages/cli/dist/main.js', args),
};

export const current: Release = {
  version: versionAt(currentRoot),
  startService: ({ service, args, env }) => startService(service, args, env),
  startCli: (...args) => startScript(currentRoot, 'packages/cli/dist/main.js', args),
};

function versionAt(root: string): string {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { readonly version: string };
  return version;
}

const startScript = (
  root: string,
  script: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Child => startChild(process.execPath, [join(root, script), ...args], { env });
