// A cached view of the registry with dominated variants marked. When it is read, only the parts whose inputs changed
// are computed again.

import { isWarmthRule, type Clock, type PriceTable, type Rule } from '@pareto/core';
import { createMarkVariants, type MarkVariants } from './mark-variants.js';
import type { Mirror } from '../storage/mirror.js';
import { olderVersions } from './older-versions.js';
import { recordKinds } from '../storage/record-tables.js';
import type { RecordKind } from '../storage/records.js';
import { viewRegistry, type PlainRegistry, type RegistryView } from './registry-view.js';
import { rulesInForce } from './rule-changes.js';
import { createVariantGroups } from './variant-groups.js';

export interface RegistryCacheOptions {
  readonly prices: PriceTable;
  readonly clock: Clock;
}

export function createRegistryCache(mirror: Mirror, { prices, clock }: RegistryCacheOptions): () => RegistryView {
  const viewGroups = createVariantGroups();
  const markVariants = createMarkVariants(prices);
  let plain: PlainRegistry | undefined;
  let marked: Marked | undefined;
  let touched: ReadonlySet<RecordKind> = new Set(recordKinds);
  mirror.onChange((kinds) => {
    touched = new Set([...touched, ...kinds]);
  });
  return () => {
    if (plain === undefined || touched.size > 0) plain = viewRegistry(mirror.records, plain, touched, viewGroups);
    touched = new Set();
    marked = mark(plain, rulesInForce(mirror.records, clock.wallMs()), markVariants, marked);
    return marked.view;
  };
}

interface Marked {
  readonly plain: PlainRegistry;
  /** The rules and older versions that the marks depend on. */
  readonly text: string;
  /** Ids of the warmth rules, which no mark depends on. */
  readonly warmthIds: string;
  readonly view: RegistryView;
}

const catalogueParts = ['tasks', 'architectures', 'outcomes', 'groups'] as const;

function mark(
  plain: PlainRegistry,
  all: readonly Rule[],
  markVariants: MarkVariants,
  before: Marked | undefined,
): Marked {
  const sameAssignments = before?.plain.assignments === plain.assignments;
  const sameCatalogue = catalogueParts.every((part) => before?.plain[part] === plain[part]);
  const older = before && sameAssignments && sameCatalogue ? before.view.older : olderVersions(plain);
  const rules = all.filter((rule) => !isWarmthRule(rule));
  const text = JSON.stringify([rules.map(({ id }) => id), [...older]]);
  const found = all.filter(isWarmthRule);
  const warmthIds = found.map(({ id }) => id).join();
  const warmthRules = before?.warmthIds === warmthIds ? before.view.warmthRules : found;
  if (before?.text !== text || !sameCatalogue) {
    const view = { ...plain, ...markVariants(plain, older, rules), older, rules, warmthRules };
    return { plain, text, warmthIds, view };
  }
  if (sameAssignments && warmthRules === before.view.warmthRules) return before;
  return { plain, text, warmthIds, view: { ...before.view, assignments: plain.assignments, warmthRules } };
}
