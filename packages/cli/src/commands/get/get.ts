// `pareto get`: lists the objects of a kind.

import { milliseconds, ParetoError } from '@pareto/core';
import type { Command } from 'commander';
import { withController } from '../../connection/connect.js';
import { isForPrograms, printResult, widthOf, type CommonOptions, type Context } from '../../context/context.js';
import type { Item, Kind, Query } from '../../kinds/kind.js';
import { findKind, kinds, unknownKindText } from '../../kinds/kinds.js';
import { showLive } from '../../dashboard/live.js';
import { didYouMean } from '../../suggest/nearest.js';
import { toPlain } from '../../terminal/plain-value.js';
import { repeat, repeatOptions } from '../../connection/repeat.js';

interface Options extends CommonOptions {
  readonly task?: string;
  readonly watch?: boolean;
}

/** Kinds with commands of their own, because they can be followed or have a history. */
const ownCommands = ['jobs', 'rules', 'events'] as const;

export function addGet(program: Command, context: Context): void {
  const width = Math.max(...kinds.map(({ name }) => name.length));
  const listed = kinds.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`);
  program
    .command('get')
    .summary('list tasks, models, variants, replicas, workers, routers, controllers')
    .description('Lists all objects of a kind, or the named ones, one per line.')
    .argument('[kind]', 'one of the kinds below, in the plural or singular')
    .argument('[names...]', 'names of the objects to list (default: all)')
    .option('-t, --task <name>', 'task to which the objects belong (default: all)')
    .option('-w, --watch', 'keep the table up to date on a terminal, or else print each line that changes')
    .addHelpText(
      'after',
      `\nKinds:\n${listed.join('\n')}\n\n-o wide prints all columns, as wide as they are. Jobs, rules and events have commands of their own.\n\nExamples:\n  pareto get tasks\n  pareto get variants --task digits -o wide\n  pareto get worker worker-1 -o json`,
    )
    .action(async (word: string | undefined, names: readonly string[], _options: unknown, self: Command) => {
      const options = self.optsWithGlobals<Options>();
      const own = ownCommands.find((name) => name === word || name === `${word}s`);
      if (own !== undefined) return await runInstead(program, own, names, options);
      const kind = word === undefined ? undefined : findKind(word);
      if (kind === undefined) return self.error(unknownKindText(word), { exitCode: 2 });
      await withController(options, async (clients) => {
        const query = { clients, task: options.task ?? '', signal: context.stop };
        await (options.watch === true ? watch : printOnce)(context, options, { kind, names, query });
      });
    });
}

interface Wanted {
  readonly kind: Kind;
  readonly names: readonly string[];
  readonly query: Query;
}

async function runInstead(
  program: Command,
  name: string,
  names: readonly string[],
  { watch = false }: Options,
): Promise<void> {
  const command = program.commands.find((each) => each.name() === name);
  const follows = command?.options.find(({ long }) => long === '--watch' || long === '--follow');
  await command?.parseAsync([...names, ...(watch && follows?.long ? [follows.long] : [])], { from: 'user' });
}

async function printOnce(context: Context, options: Options, wanted: Wanted): Promise<void> {
  const { kind, names, query } = wanted;
  const items = choose(kind, await repeat(() => kind.list(query), repeatOptions(context)), names);
  const values = items.map(({ value }) => value);
  const listed = names.length === 1 && values.length === 1 ? values[0] : { [kind.name]: values };
  printResult(context, options, listed, () => formatItems(context, options, kind, items));
}

const formatItems = (context: Context, options: Options, kind: Kind, items: readonly Item[]): string =>
  items.length === 0 ? kind.none : formatLines(context, options, kind, items).join('\n');

const formatLines = (context: Context, options: Options, kind: Kind, items: readonly Item[]): readonly string[] => {
  const { paint } = context.terminal;
  return kind.format(items, { wide: options.output === 'wide', paint, width: widthOf(context, options) });
};

/** Returns the items with the given names, or all without names. Throws `not-found` for an unknown name. */
function choose({ name: kind }: Kind, items: readonly Item[], names: readonly string[]): readonly Item[] {
  if (names.length === 0) return items;
  const known = [...new Set(items.map(({ name }) => name))];
  const missing = names.find((name) => !known.includes(name));
  if (missing === undefined) return items.filter(({ name }) => names.includes(name));
  const hint = didYouMean(missing, known) ?? { text: `: 'pareto get ${kind}' lists them`, details: {} };
  throw new ParetoError('not-found', `there is no ${kind.slice(0, -1)} ${missing}${hint.text}`, {
    details: hint.details,
  });
}

const watchMs = milliseconds(1_000);

async function watch(context: Context, options: Options, wanted: Wanted): Promise<void> {
  const { kind, names, query } = wanted;
  let items = choose(kind, await kind.list(query), names);
  const refresh = async (signal: AbortSignal): Promise<void> => {
    const listed = await repeat(() => kind.list({ ...query, signal }), {
      ...repeatOptions(context),
      onRepeat: () => undefined,
    });
    items = names.length === 0 ? listed : listed.filter(({ name }) => names.includes(name));
  };
  if (context.terminal.interactive && !isForPrograms(options)) {
    const draw = (): string =>
      `${formatItems(context, options, kind, items)}\n\n${context.terminal.paint.dim('q: quit')}`;
    return showLive(context, { draw, observe: refresh });
  }
  const print = createPrinter(context, options, kind);
  const { stop, clock } = context;
  try {
    for (; ; await refresh(stop)) {
      print(items);
      await clock.sleep(watchMs, stop);
    }
  } catch (error) {
    if (!stop.aborted) throw error;
  }
}

/** Returns a function that prints the items whose lines changed since its last call. */
function createPrinter(context: Context, options: Options, kind: Kind): (items: readonly Item[]) => void {
  const printed = new Map<string, string>();
  let isFirst = true;
  return (items) => {
    const lines = isForPrograms(options)
      ? items.map(({ value }) => JSON.stringify(toPlain(value)))
      : formatLines(context, options, kind, items).slice(isFirst ? 0 : 1);
    const keyed = isFirst && !isForPrograms(options) ? ['', ...items.map(keyOf)] : items.map(keyOf);
    isFirst = false;
    lines.forEach((line, i) => {
      const key = keyed[i] ?? '';
      if (printed.get(key) === line) return;
      printed.set(key, line);
      context.terminal.print(line);
    });
  };
}

const keyOf = ({ name }: Item, index: number): string => `${name} ${index}`;
