// `pareto rollback`: makes an earlier version of a model the current one again, and waits until it serves.

import type { Command } from 'commander';
import { withController } from '../../connection/connect.js';
import { repeat, repeatOptions } from '../../connection/repeat.js';
import { printResult, type CommonOptions, type Context } from '../../context/context.js';
import { duration, wholeNumberIn } from '../../context/options.js';
import { parseName } from '../../kinds/kinds.js';
import { userName } from '../../rule-setting/user-name.js';
import { pickVersion } from './pick-version.js';
import { waitUntilServed } from './wait-until-served.js';

const defaultTimeoutMs = 600_000;

interface Options extends CommonOptions {
  readonly to?: number;
  readonly reason?: string;
  readonly detach?: boolean;
  readonly timeout?: number;
}

export function addRollback(program: Command, context: Context): void {
  program
    .command('rollback')
    .summary('go back to an earlier version of a model')
    .description(
      "Makes an earlier version of a model the current one again. Its replicas are loaded first: queries are served by the present version until the earlier one is as warm. While a new version is rolled out, the command stops that, and the served version stays. 'pareto get models -o wide' shows the versions that a model can go back to, and how long they are kept.",
    )
    .argument('<model...>', 'a model (architecture)')
    .option(
      '--to <version>',
      'version to go to, also a later one (default: the served one during a rollout, else the one that was current before)',
      wholeNumberIn(1, 2 ** 32 - 1),
    )
    .option('--reason <text>', 'reason, shown by `pareto describe` and `pareto events`')
    .option('-d, --detach', 'return without waiting')
    .option(
      '--timeout <duration>',
      'time limit of the wait; the version is still loaded when possible (default: 10m)',
      duration,
    )
    .addHelpText(
      'after',
      '\nExamples:\n  pareto rollback cnn-large\n  pareto rollback cnn-large --to 3 --reason "wrong labels"',
    )
    .action(async (words: readonly string[], _options: unknown, self: Command) => {
      const options = self.optsWithGlobals<Options>();
      const { reason = '', detach = false, timeout = defaultTimeoutMs } = options;
      const { stop: signal } = context;
      const name = parseName(words);
      const repeating = repeatOptions(context);
      const result = await withController(options, async (clients) => {
        const { registry } = clients;
        const described = await repeat(() => registry.describe({ name }, { signal }), repeating);
        const version = pickVersion(name, described, options.to);
        const request = { name, version, reason, actor: userName() };
        const { fromVersion } = await repeat(() => registry.rollback(request, { signal }), repeating);
        if (!detach) await waitUntilServed(context, clients, { name, version }, timeout);
        const stopped = version !== fromVersion && described.architectures[0]?.servedVersion === version;
        return { name, version, fromVersion, stopped };
      });
      printResult(context, options, result, () => formatRollback(result, detach));
    });
}

interface Rollback {
  readonly name: string;
  readonly version: number;
  readonly fromVersion: number;
  /** Set if the version was served at the time, during the rollout of the other one. */
  readonly stopped: boolean;
}

function formatRollback({ name, version, fromVersion, stopped }: Rollback, detach: boolean): string {
  if (version === fromVersion) return `${name} is at version ${version} already`;
  if (stopped) return `the rollout of ${name} version ${fromVersion} is stopped: version ${version} stays in service`;
  return detach
    ? `${name} resolves to version ${version} instead of ${fromVersion} as soon as it is as warm`
    : `${name} resolves to version ${version} instead of ${fromVersion}`;
}
