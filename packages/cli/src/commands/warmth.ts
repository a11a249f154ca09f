// `pareto load` and `unload`: what is kept warm, and what may go cold.

import type { wire } from '@pareto/rpc';
import type { Command } from 'commander';
import { withController, type ControllerClients } from '../connection/connect.js';
import { printResult, type CommonOptions, type Context } from '../context/context.js';
import { parseName } from '../get/kinds.js';
import { duration } from '../context/options.js';
import { formatEnd } from '../rules/rule-table.js';
import { userName } from '../rules/user-name.js';
import { waitUntilReady } from '../connection/wait-until-ready.js';

const defaultTimeoutMs = 600_000;

interface WarmthOptions extends CommonOptions {
  readonly reason?: string;
  readonly for?: number;
}

interface LoadOptions extends WarmthOptions {
  readonly detach?: boolean;
  readonly timeout?: number;
}

export function addLoad(program: Command, context: Context): void {
  const command = program
    .command('load')
    .summary('keep a model warm')
    .description(
      'Keeps one replica ready: of a variant, or of the variant of a model or a task that suits it best. Waits until it is. What others need is not pushed out for it.',
    )
    .argument('<name...>', 'a task, an architecture or a variant');
  addWarmthOptions(command)
    .option('--detach', 'do not wait until it is ready')
    .option(
      '--timeout <duration>',
      'how long to wait; it is loaded later all the same, when it can be (default: 10m)',
      duration,
    )
    .addHelpText('after', '\nExamples:\n  pareto load cnn-large\n  pareto load digits --for 2h --reason "the demo"')
    .action(async (words: readonly string[], _options: unknown, self: Command) => {
      const options = self.optsWithGlobals<LoadOptions>();
      const target = parseName(words);
      const { rule, ready } = await withController(options, async (clients) => {
        const rule = await setWarmthRule(context, clients, options, { kind: 'warm', target });
        const { detach = false, timeout = defaultTimeoutMs } = options;
        return { rule, ready: detach ? [] : await waitUntilReady(context, clients, target, timeout) };
      });
      const variants = ready.map(({ name, replicasReady }) => ({ name, replicasReady }));
      printResult(context, options, { rule, ready: variants }, () => formatLoaded(rule, variants));
    });
}

export function addUnload(program: Command, context: Context): void {
  const command = program
    .command('unload')
    .summary('let a model go cold')
    .description(
      'Keeps nothing of it loaded that nobody asks for. Nothing is deleted, and queries are answered as ever: the first one is held while it loads.',
    )
    .argument('<name...>', 'a task, an architecture or a variant');
  addWarmthOptions(command)
    .addHelpText('after', '\nExample:\n  pareto unload cnn-large')
    .action(async (words: readonly string[], _options: unknown, self: Command) => {
      const options = self.optsWithGlobals<WarmthOptions>();
      const target = parseName(words);
      const rule = await withController(options, (clients) =>
        setWarmthRule(context, clients, options, { kind: 'cold', target }),
      );
      printResult(context, options, { rule }, () => formatCold(rule));
    });
}

const addWarmthOptions = (command: Command): Command =>
  command
    .option('--reason <text>', 'why, for whoever looks later')
    .option('--for <duration>', 'until it ends by itself: 90s, 30m, 2h, 1d (default: until it is lifted)', duration);

const setWarmthRule = (
  { stop }: Context,
  { registry }: ControllerClients,
  options: WarmthOptions,
  what: { readonly kind: 'warm' | 'cold'; readonly target: string },
): Promise<wire.Rule> =>
  registry.setRule(
    { ...what, task: '', reason: options.reason ?? '', actor: userName(), durationMs: options.for ?? 0 },
    { signal: stop },
  );

type Ready = Pick<wire.Variant, 'name' | 'replicasReady'>;

function formatLoaded(rule: wire.Rule, ready: readonly Ready[]): string {
  const loaded = ready.map(({ name, replicasReady }) => `${name} (${replicasReady} ready)`).join(', ');
  const warm = `${rule.target} is kept warm ${formatEnd(rule)}`;
  return `${warm}${loaded === '' ? '' : `: ${loaded}`}; 'pareto unload ${rule.target}' lets it go, 'pareto rules remove ${rule.id}' removes the rule`;
}

const formatCold = (rule: wire.Rule): string =>
  `nothing of ${rule.target} is kept that nobody asks for, ${formatEnd(rule)}; 'pareto load ${rule.target}' keeps it warm, 'pareto rules remove ${rule.id}' removes the rule`;
