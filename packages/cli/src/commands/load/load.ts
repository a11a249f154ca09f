// `pareto load` and `unload`: set warmth rules.

import type { wire } from '@pareto/protocol';
import type { Command } from 'commander';
import { withController, type ControllerClients } from '../../connection/connect.js';
import { printResult, type CommonOptions, type Context } from '../../context/context.js';
import { parseName } from '../../kinds/kinds.js';
import { duration } from '../../context/options.js';
import { formatEnd } from '../rules/rule-table.js';
import { userName } from '../../rule-setting/user-name.js';
import { waitUntilReady } from './wait-until-ready.js';

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
    .summary('stop keeping a model warm')
    .description(
      'Stops keeping the target warm and unloads its idle replicas. Nothing is deleted: the next query waits while the model loads again.',
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
    .option('--reason <text>', 'reason, shown by `pareto rules`')
    .option(
      '--for <duration>',
      'lifetime of the rule, such as 90s, 30m, 2h or 1d (default: until it is removed)',
      duration,
    );

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
  return `${warm}${loaded === '' ? '' : `: ${loaded}`}; 'pareto unload ${rule.target}' stops that, 'pareto rules remove ${rule.id}' removes the rule`;
}

const formatCold = (rule: wire.Rule): string =>
  `${rule.target} is not kept warm ${formatEnd(rule)}; 'pareto load ${rule.target}' keeps it warm, 'pareto rules remove ${rule.id}' removes the rule`;
