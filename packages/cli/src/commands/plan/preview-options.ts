// Options of `pareto plan --dry-run`: other prices, demand, objectives and workers.

import { InvalidArgumentError, type Command } from 'commander';
import type { wire } from '@pareto/protocol';
import { numberIn, wholeNumberIn } from '../../context/options.js';

export interface PreviewOptions {
  readonly dryRun?: boolean;
  readonly demand?: readonly wire.DemandChangeInput[];
  readonly latency?: readonly wire.DemandChangeInput[];
  readonly withoutFloor?: readonly wire.DemandChangeInput[];
  readonly price?: readonly (readonly [hardwareClass: string, usdPerHour: number])[];
  readonly addWorkers?: readonly wire.AddedWorkersInput[];
  readonly removeWorker?: readonly string[];
}

/** Adds the options to a command. */
export const addPreviewOptions = (command: Command): Command =>
  command
    .option('--dry-run', 'show what plans would lead to, with the changes below, without changing anything')
    .option(
      '--demand <target=rate>',
      'with --dry-run: items per second of a task, model or variant, or a multiple, such as 2x',
      demandsLike,
    )
    .option(
      '--latency <target=multiple>',
      'with --dry-run: multiple of the latency objectives of the queries for a task, model or variant, such as digits=2x',
      latenciesLike,
    )
    .option('--without-floor <target>', 'with --dry-run: a target whose queries have no accuracy floor', floorsLike)
    .option(
      '--price <class=usd>',
      'with --dry-run: price of a slot per hour by hardware class or prefix, such as cpu/=0.05',
      pricesLike,
    )
    .option(
      '--add-workers <worker=n>',
      'with --dry-run: so many more workers with the slots and memory of one',
      addedLike,
    )
    .option('--remove-worker <worker>', 'with --dry-run: a worker that is gone', removedLike);

/** Returns the flag of an option that is only for --dry-run. Undefined if none is set. */
export function previewFlagOf(options: PreviewOptions): string | undefined {
  const { demand, latency, withoutFloor, price, addWorkers, removeWorker } = options;
  const values = {
    ...{ '--demand': demand, '--latency': latency, '--without-floor': withoutFloor, '--price': price },
    ...{ '--add-workers': addWorkers, '--remove-worker': removeWorker },
  };
  return Object.entries(values).find(([, value]) => value !== undefined)?.[0];
}

export const previewRequestOf = ({
  demand = [],
  latency = [],
  withoutFloor = [],
  price = [],
  addWorkers = [],
  removeWorker = [],
}: PreviewOptions): wire.PreviewRequestInput => ({
  ...{ demands: [...demand, ...latency, ...withoutFloor], usdPerHour: Object.fromEntries(price) },
  ...{ added: [...addWorkers], removedWorkers: [...removeWorker] },
});

/** Splits `name=value` at the last `=`. */
function assignmentIn(text: string, expected: string): readonly [name: string, value: string] {
  const at = text.lastIndexOf('=');
  if (at <= 0) throw new InvalidArgumentError(`Expected ${expected}.`);
  return [text.slice(0, at), text.slice(at + 1)];
}

function demandsLike(text: string, before: readonly wire.DemandChangeInput[] = []): readonly wire.DemandChangeInput[] {
  const [target, value] = assignmentIn(text, 'TARGET=RATE, such as digits=300 or digits=2x');
  const amount = numberIn(0, 1e9)(value.replace(/x$/, ''));
  return [...before, { target, ...(value.endsWith('x') ? { factor: amount } : { itemsPerSecond: amount }) }];
}

function latenciesLike(
  text: string,
  before: readonly wire.DemandChangeInput[] = [],
): readonly wire.DemandChangeInput[] {
  const [target, value] = assignmentIn(text, 'TARGET=MULTIPLE, such as digits=2x');
  return [...before, { target, latencyFactor: numberIn(1, 1e6)(value.replace(/x$/, '')) }];
}

const floorsLike = (
  target: string,
  before: readonly wire.DemandChangeInput[] = [],
): readonly wire.DemandChangeInput[] => [...before, { target, withoutFloor: true }];

function pricesLike(
  text: string,
  before: NonNullable<PreviewOptions['price']> = [],
): NonNullable<PreviewOptions['price']> {
  const [hardwareClass, value] = assignmentIn(text, 'CLASS=USD, such as cpu/=0.05');
  return [...before, [hardwareClass, numberIn(0, 1e6)(value)]];
}

function addedLike(text: string, before: readonly wire.AddedWorkersInput[] = []): readonly wire.AddedWorkersInput[] {
  const [likeWorker, value] = assignmentIn(text, 'WORKER=COUNT, such as worker-1=2');
  return [...before, { likeWorker, count: wholeNumberIn(1, 1_000)(value) }];
}

const removedLike = (text: string, before: readonly string[] = []): readonly string[] => [...before, text];
