// The registry's view, made anew of what was touched when somebody looks, with what is dominated marked in it: once for each
// change of what that depends on.

import type { Clock, PriceTable, SelectionRule } from '@pareto/core';
import { markDominated, type PlacementVariant } from '@pareto/policy';
import type { Mirror } from './mirror.js';
import { olderVersions } from './older-versions.js';
import { recordKinds } from './record-tables.js';
import type { RecordKind } from './records.js';
import { versionKey, viewRegistry, type PlainRegistry, type RegistryView } from './registry-view.js';
import { rulesInForce } from './rule-changes.js';

export interface KeepRegistryOptions {
  readonly prices: PriceTable;
  readonly clock: Clock;
}

export function keepRegistry(mirror: Mirror, { prices, clock }: KeepRegistryOptions): () => RegistryView {
  let plain: PlainRegistry | undefined;
  let marked: Marked | undefined;
  let touched: ReadonlySet<RecordKind> = new Set(recordKinds);
  mirror.onChange((kinds) => {
    touched = new Set([...touched, ...kinds]);
  });
  return () => {
    if (plain === undefined || touched.size > 0) plain = viewRegistry(mirror.records, plain, touched);
    touched = new Set();
    marked = mark(plain, rulesInForce(mirror.records, clock.wallMs()), prices, marked);
    return marked.view;
  };
}

interface Marked {
  readonly plain: PlainRegistry;
  /** Of the rules and of the older versions. */
  readonly text: string;
  readonly view: RegistryView;
}

function mark(
  plain: PlainRegistry,
  rules: readonly SelectionRule[],
  prices: PriceTable,
  before: Marked | undefined,
): Marked {
  const sameAssignments = before?.plain.assignments === plain.assignments;
  const sameCatalogue = before?.plain.versions === plain.versions;
  const older = before && sameAssignments && sameCatalogue ? before.view.older : olderVersions(plain);
  const text = JSON.stringify([rules.map(({ id }) => id), [...older]]);
  if (before?.text !== text || !sameCatalogue) {
    return { plain, text, view: { ...plain, ...markVariants(plain, older, rules, prices), older, rules } };
  }
  if (sameAssignments) return before;
  return { plain, text, view: { ...before.view, assignments: plain.assignments } };
}

type Variants = Pick<RegistryView, 'variants' | 'versions'>;

function markVariants(
  plain: PlainRegistry,
  older: RegistryView['older'],
  rules: readonly SelectionRule[],
  prices: PriceTable,
): Variants {
  const isCounted = ({ variant: { id, architecture, version } }: PlacementVariant): boolean =>
    plain.variants.get(id)?.variant.version === version || older.get(architecture)?.includes(version) === true;
  const marked = markDominated({
    tasks: [...plain.tasks.values()],
    architectures: [...plain.architectures.values()].flatMap((versions) =>
      versions.slice(-1).map((architecture) => ({ architecture })),
    ),
    variants: [...plain.versions.values()].filter(isCounted),
    rules,
    prices,
  });
  const keyOf = ({ variant }: PlacementVariant): string => versionKey(variant.id, variant.version);
  const isCurrent = ({ variant }: PlacementVariant): boolean =>
    plain.variants.get(variant.id)?.variant.version === variant.version;
  return {
    variants: new Map(marked.filter(isCurrent).map((one) => [one.variant.id, one])),
    versions: new Map([...plain.versions, ...marked.map((one) => [keyOf(one), one] as const)]),
  };
}
