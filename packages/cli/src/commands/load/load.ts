// `pareto load`: keeps a model warm, and waits until it is ready.

import type { wire } from '@pareto/protocol';
import type { Command } from 'commander';
import { withController } from '../../connection/connect.js';
import { printResult, type Context } from '../../context/context.js';
import { parseName } from '../../kinds/kinds.js';
import { duration } from '../../context/options.js';
import { formatEnd } from '../../rule-setting/rule-text.js';
import { setRule, type RuleOptions } from '../../rule-setting/set-rule.js';
import { addWarmthOptions } from '../../rule-setting/warmth-options.js';
import { waitUntilReady } from './wait-until-ready.js';

const defaultTimeoutMs = 600_000;

interface LoadOptions extends RuleOptions {
  readonly detach?: boolean;
  readonly timeout?: number;
}

export function addLoad(program: Command, context: Context): void {
  const command = program
    .command('load')
    .summary('keep a model warm')
    .description(
      'Keeps one replica ready: of a variant, or of the most suitable variant of a model or a task. Waits until it is ready. Does not evict replicas that others need.',
    )
    .argument('<name...>', 'a task, an architecture or a variant');
  addWarmthOptions(command)
    .option('--detach', 'return without waiting')
    .option(
      '--timeout <duration>',
      'time limit of the wait; the model is still loaded when possible (default: 10m)',
      duration,
    )
    .addHelpText('after', '\nExamples:\n  pareto load cnn-large\n  pareto load digits --for 2h --reason "the demo"')
    .action(async (words: readonly string[], _options: unknown, self: Command) => {
      const options = self.optsWithGlobals<LoadOptions>();
      const target = parseName(words);
      const { rule, ready } = await withController(options, async (clients) => {
        const rule = await setRule(context, clients, options, { kind: 'warm', task: '', target });
        const { detach = false, timeout = defaultTimeoutMs } = options;
        return { rule, ready: detach ? [] : await waitUntilReady(context, clients, target, timeout) };
      });
      const variants = ready.map(({ name, replicasReady }) => ({ name, replicasReady }));
      printResult(context, options, { rule, ready: variants }, () => formatLoaded(rule, variants));
    });
}

type Ready = Pick<wire.Variant, 'name' | 'replicasReady'>;

function formatLoaded(rule: wire.Rule, ready: readonly Ready[]): string {
  const loaded = ready.map(({ name, replicasReady }) => `${name} (${replicasReady} ready)`).join(', ');
  const warm = `${rule.target} is kept warm ${formatEnd(rule)}`;
  return `${warm}${loaded === '' ? '' : `: ${loaded}`}; 'pareto unload ${rule.target}' stops that, 'pareto rules remove ${rule.id}' removes the rule`;
}
