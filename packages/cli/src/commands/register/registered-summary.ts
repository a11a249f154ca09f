// Summarizes a registration: the usable variants, the dominated ones, and the files that were not generated.

import type { wire } from '@pareto/protocol';
import { defaultWidth, formatTable } from '@pareto/report';
import { formatSpan } from '../../terminal/format.js';
import { formatNotMade, summarizeNotMade } from '../../objects/outcome-table.js';
import { isNoisy, stateOf } from '../../objects/variant-state.js';
import { formatVariants } from '../../objects/variant-table.js';

export interface Registered {
  readonly task: string;
  /** All tasks, if the models belong to more than one. */
  readonly tasks?: readonly string[] | undefined;
  readonly architectures: readonly wire.Architecture[];
  readonly variants: readonly wire.Variant[];
  readonly outcomes: readonly wire.RecipeOutcome[];
  readonly elapsedMs: number;
}

export interface SummaryView {
  /** Width that the tables fit. */
  readonly width?: number;
  /** Set to give the reason for each file that was not generated, not only their number. */
  readonly isWide?: boolean;
}

export function formatRegistered(registered: Registered, view: SummaryView = {}): string {
  const hasAccuracy = registered.variants.some(({ measurements }) => measurements.some(({ accuracy }) => accuracy));
  const [first] = registered.architectures;
  const next = hasAccuracy
    ? `To draw the frontier: pareto frontier ${registered.task}`
    : `To see its inputs and outputs: pareto describe ${first?.name ?? registered.task}`;
  return `${formatResult(registered, view)}\n${next}`;
}

export function formatResult(
  { task, tasks = [], architectures, variants, outcomes, elapsedMs }: Registered,
  { width = defaultWidth, isWide = false }: SummaryView = {},
): string {
  const keepsDominated = new Set(architectures.flatMap(({ name, keepDominated }) => (keepDominated ? name : [])));
  const isDominated = ({ dominatedBy, architecture }: wire.Variant): boolean =>
    dominatedBy !== '' && !keepsDominated.has(architecture);
  const dominated = variants.filter(isDominated);
  const rest = variants.filter((variant) => !isDominated(variant)).toSorted(byCost);
  const total = [
    count(architectures.length, 'model'),
    count(variants.length, 'variant'),
    ...(dominated.length === 0 ? [] : [`${dominated.length} of them dominated`]),
  ].join(', ');
  return [
    rest.length === 0 ? '' : formatVariants(rest, width),
    dominated.length === 0 ? '' : formatDominated(dominated, width),
    isWide ? formatNotMade(outcomes, width) : summarizeNotMade(outcomes, tasks.length > 1 ? 'TASK' : task, width),
    `${total}, in ${formatSpan(elapsedMs)}.${formatNoisy(variants.filter(isNoisy).length)}`,
  ]
    .filter((section) => section !== '')
    .join('\n\n');
}

function formatNoisy(n: number): string {
  if (n === 0) return '';
  const [are, they] = n === 1 ? ['is', 'it is'] : ['are', 'they are'];
  return `\n${n} of them ${are} noisy: ${they} measured again when the machine is quiet.`;
}

const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`;

/** Sorts by ascending cost, variants without a cost last. */
const byCost = (a: wire.Variant, b: wire.Variant): number =>
  (a.costPer_1k || Infinity) - (b.costPer_1k || Infinity) || 0;

const formatDominated = (variants: readonly wire.Variant[], width: number): string =>
  formatTable<wire.Variant>(
    [
      { title: 'DOMINATED', cell: ({ name }) => name },
      { title: 'BY', cell: ({ dominatedBy }) => dominatedBy },
    ],
    variants,
    { width },
  );

/** Returns the architectures whose trained model could not be measured on any hardware class. */
export function unmeasuredOriginals(
  architectures: readonly wire.Architecture[],
  variants: readonly wire.Variant[],
): readonly string[] {
  return architectures.flatMap(({ name, version }) => {
    const own = variants.filter((variant) => variant.architecture === name && variant.version === version);
    const originals = own.filter(({ recipe }) => recipe === 'original');
    return originals.some((variant) => stateOf(variant).standing !== 'unmeasured') ? [] : [name];
  });
}
