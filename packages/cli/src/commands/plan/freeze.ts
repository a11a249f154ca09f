// `pareto plan freeze`, `resume` and `rollback`: stop the changes of replicas, and let them go on.

import type { wire } from '@pareto/protocol';
import type { Command } from 'commander';
import { withController } from '../../connection/connect.js';
import { repeat, repeatOptions } from '../../connection/repeat.js';
import { printResult, type CommonOptions, type Context } from '../../context/context.js';
import { userName } from '../../rule-setting/user-name.js';
import { count } from '../../terminal/format.js';
import { freezeFact } from '../../plans/format-plan.js';

interface FreezeOptions extends CommonOptions {
  readonly reason?: string;
}

const reasonHelp = 'reason, shown by `pareto plan`, `pareto status` and `pareto events`';

/** Adds the subcommands. `revisionLike` parses a revision. */
export function addFreeze(plan: Command, context: Context, revisionLike: (text: string) => number): void {
  plan
    .command('freeze')
    .summary('keep the replicas as they are until resume')
    .description(
      'Freezes the plan in force: demand, rules, rollouts and held queries load and unload nothing until the plan is resumed, also after a change of leader. Replicas that a failed or draining worker loses are placed again, and those that cannot answer leave.',
    )
    .option('--reason <text>', reasonHelp)
    .addHelpText('after', '\nExample:\n  pareto plan freeze --reason "sale until Monday"')
    .action((_options: unknown, self: Command) => freeze(context, self.optsWithGlobals<FreezeOptions>(), 0));
  plan
    .command('rollback')
    .summary('go back to the replicas of an earlier plan, and freeze them')
    .description(
      'Goes back to the replicas of an earlier plan, and freezes them until the plan is resumed. They are loaded before others are unloaded, where memory allows, and tasks that the plan has none of keep theirs. Models keep their versions: `pareto rollback` changes those.',
    )
    .argument('<revision>', "a plan of the last day, from 'pareto plan --history'", revisionLike)
    .option('--reason <text>', reasonHelp)
    .addHelpText('after', '\nExample:\n  pareto plan rollback 12 --reason "too few replicas since 13"')
    .action((revision: number, _options: unknown, self: Command) =>
      freeze(context, self.optsWithGlobals<FreezeOptions>(), revision),
    );
  plan
    .command('resume')
    .summary('end the freeze')
    .description('Ends the freeze of the plan: replicas follow demand and rules again.')
    .addHelpText('after', '\nExample:\n  pareto plan resume')
    .action(async (_options: unknown, self: Command) => {
      const options = self.optsWithGlobals<CommonOptions>();
      const { ended } = await withController(options, ({ plans }) =>
        repeat(() => plans.resume({ actor: userName() }, { signal: context.stop }), repeatOptions(context)),
      );
      printResult(context, options, { ended }, () =>
        ended === null
          ? 'the plan is not frozen'
          : `the plan was ${freezeFact(ended)}; it follows demand and rules again`,
      );
    });
}

async function freeze(context: Context, options: FreezeOptions, revision: number): Promise<void> {
  const { reason = '' } = options;
  const request = { revision, reason, actor: userName() };
  const frozen = await withController(options, ({ plans }) =>
    repeat(() => plans.freeze(request, { signal: context.stop }), repeatOptions(context)),
  );
  printResult(context, options, frozen, () => describeFreeze(frozen));
}

function describeFreeze({ revision, replicas }: wire.PlanFreeze): string {
  const what = count(
    replicas.reduce((sum, row) => sum + row.replicas, 0),
    'replica',
  );
  const head =
    revision === 0
      ? `the plan is frozen with ${what}`
      : `the plan goes back to the ${what} of plan ${revision}, and is frozen`;
  return `${head}: 'pareto plan' shows it, 'pareto plan resume' ends this`;
}
