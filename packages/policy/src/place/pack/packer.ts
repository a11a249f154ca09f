// Provides one more replica for a target: an existing one, a new one, or memory for one by evictions.

import type { PlanningContext } from '../context/context.js';
import type { Option } from '../context/options.js';
import type { Entry, Host } from '../ledger/entry.js';
import type { Ledger, Reach } from '../ledger/ledger.js';
import type { Need, Problem } from '../needs/need.js';
import { minLoad } from '../context/compute.js';
import { unmetNeed, type Target } from '../targets/target.js';
import { findRoom, lessImportant, onlyGivingWay, predecessors, reprieveOn, type Room } from './evict.js';
import { count, isOpen, loadOn, minLoadOn, type Lack, type Pack } from './pack.js';
import { lackOf, pickGroup, type Requirement } from './pick-group.js';
import { rankOf } from './rank.js';
import { isReady, isServing } from './replicas.js';
import { mayGiveWay } from './residency.js';
import { mayReturn } from './returning.js';

/**
 * The packing of one plan. Functions that take it are not created for each plan, as V8 keeps their optimised code only as long
 * as they exist.
 */
export interface Packer {
  readonly ledger: Ledger;
  readonly context: PlanningContext;
  /** Architectures of which this plan evicts replicas of the served version for the next one. */
  readonly replaced: Set<string>;
}

const isWithin = ({ context }: Packer, { worker }: Host, reach: Reach): boolean =>
  reach === 'all' || !context.spared.has(worker.info.id);

/** Claims one existing replica on a class on which the target lacks some. Returns false if there is none. */
export const claimOne = (packer: Packer, pack: Pack): boolean =>
  pack.lacks.some((lack) => isOpen(lack) && claimOn(packer, pack, lack, lack.share.option, 'kept'));

/**
 * Provides one replica, on another class if its own has no room. If no worker has, evicts less important replicas, so that
 * a later plan can load it. Returns false if nothing more can be done in this plan.
 */
export function provideOne(packer: Packer, pack: Pack): boolean {
  const { ledger, context } = packer;
  const lack = pack.lacks.find(isOpen);
  if (lack === undefined) return false;
  const options = optionsFor(pack.target, lack, context);
  const { need, source } = pack.target;
  const isProvidedOn = (reach: Reach): boolean =>
    options.some((option) => claimOn(packer, pack, lack, option, reach)) ||
    options.some((option) => loadNew(packer, pack, lack, option, reach));
  // A worker that waits for other loads has room soon, and costs nothing more. Queries that are held cannot wait for it.
  const opensWorkers = context.spared.size > 0 && need.opensWorkers;
  const isWaiting = (): boolean => source !== 'held' && loadsBefore(packer, pack, lack, options, 'kept') !== undefined;
  if (!isProvidedOn('kept') && !(opensWorkers && !isWaiting() && isProvidedOn('all'))) {
    const text = loadsBefore(packer, pack, lack, options, opensWorkers && !isWaiting() ? 'all' : 'kept');
    if (text !== undefined && need.evicts) ledger.unmet(unmetNeed(source, need, { cause: 'loading', text }));
    const mayEvict = need.evicts || need.leavesFree === 0;
    lack.isStuck = text !== undefined || !mayEvict || !evictFor(packer, pack, lack, options);
  }
  return pack.lacks.some(isOpen);
}

function keep({ ledger, context }: Packer, pack: Pack, lack: Lack, entry: Entry, option: Option): void {
  const { priority, source, need } = pack.target;
  const free = entry.group?.freeSlots ?? 0;
  const slots = Math.max(0, Math.min(context.params.targetUtilisation, free, loadOn(lack, option)));
  ledger.claim(
    entry,
    {
      rank: rankOf(priority, pack.counted.size),
      source,
      givesWay: need.leavesFree > 0,
      evicts: need.evicts,
      reason: need.reason,
    },
    slots,
  );
  count(pack, lack, entry, option, slots);
}

function claimOn(packer: Packer, pack: Pack, lack: Lack, option: Option, reach: Reach): boolean {
  const entry = takeCandidate(packer, pack, lack, option, reach);
  if (entry !== undefined) keep(packer, pack, lack, entry, option);
  return entry !== undefined;
}

/** Returns the requirements of one more replica. With `evicts`, it is loaded where others are evicted for it. */
function requirementOf(
  { context }: Packer,
  { target: { need } }: Pack,
  lack: Lack,
  option: Option,
  evicts: boolean,
): Requirement {
  return {
    option,
    load: minLoadOn(lack, option),
    spread: need.spread,
    freePart: need.leavesFree,
    loadLimit: need.returns === 'evicting' ? context.params.urgentLoads : 1,
    reach: 'all',
    mayUse: mayReturn(context, need, option, evicts),
  };
}

function loadNew(packer: Packer, pack: Pack, lack: Lack, option: Option, reach: Reach): boolean {
  const { ledger } = packer;
  const group = pickGroup(ledger, { ...requirementOf(packer, pack, lack, option, false), reach });
  if (group !== undefined) keep(packer, pack, lack, ledger.load(option, group, pack.target.need.reason), option);
  return group !== undefined;
}

/** Reserves the place of a later load, or keeps a replica of the variant that this plan evicted from there. */
function loadLater(
  packer: Packer,
  pack: Pack,
  lack: Lack,
  { group, wanted: { option } }: Room,
  problem: Problem,
): void {
  const { ledger } = packer;
  const { need, source } = pack.target;
  const reprieved = reprieveOn(ledger, group, option);
  keep(packer, pack, lack, reprieved ?? ledger.loadLater(option, group), option);
  if (reprieved !== undefined || lack.isWaiting || !need.evicts) return;
  lack.isWaiting = true;
  ledger.unmet(unmetNeed(source, need, problem));
}

/**
 * Returns false if not even evictions make room for one more replica. Where they may only follow later, their memory is reserved, or else
 * less important needs would take it bit by bit. A need that evicts no others evicts those that give way.
 */
function evictFor(packer: Packer, pack: Pack, lack: Lack, options: readonly Option[]): boolean {
  const { ledger, replaced } = packer;
  const { need, source, priority } = pack.target;
  const { architecture } = lack.share.option.variant.variant;
  const wanted = options.map((option) => requirementOf(packer, pack, lack, option, true));
  // The evicted replicas reduce the needs of the architecture's other variants, so their memory may be enough for these.
  if (need.replaces !== undefined && replaced.has(architecture)) return false;
  const rank = rankOf(priority, pack.counted.size);
  const { variant } = lack.share.option.variant;
  const eviction = lessImportant(rank, variant, mayGiveWay(packer.context, need));
  let room = findRoom(ledger, wanted, need.evicts ? eviction : onlyGivingWay(eviction));
  if (room === undefined && need.replaces !== undefined) {
    room = findRoom(ledger, wanted, predecessors(ledger, rank, architecture, need.replaces));
    if (room !== undefined) replaced.add(architecture);
  }
  if (!need.evicts && (room?.victims.length ?? 0) === 0) return false;
  if (room === undefined) {
    const later = findRoom(
      ledger,
      wanted,
      lessImportant(rank, variant, () => true),
    );
    if (later !== undefined) {
      loadLater(packer, pack, lack, later, residencyOf(later));
      return true;
    }
    const own = requirementOf(packer, pack, lack, lack.share.option, false);
    ledger.unmet(unmetNeed(source, need, lackOf(ledger, packer.context, own)));
    return false;
  }
  makeRoom(ledger, room, replaced.has(architecture));
  const text = `waits for memory on ${room.group.host.worker.info.id}`;
  loadLater(packer, pack, lack, room, { cause: 'eviction', text });
  return true;
}

/** Returns why replicas that may be evicted later are not evicted yet. */
function residencyOf({ group, victims }: Room): Problem {
  const variants = victims.map(({ variant }) => variant).join(', ');
  const worker = group.host.worker.info.id;
  return { cause: 'residency', text: `waits for ${variants} on ${worker}, loaded shortly before or busy` };
}

/** Returns which loads one more replica waits for. Undefined if it lacks more than their end. */
function loadsBefore(
  packer: Packer,
  pack: Pack,
  lack: Lack,
  options: readonly Option[],
  reach: Reach,
): string | undefined {
  const group = options
    .map((option) =>
      pickGroup(packer.ledger, { ...requirementOf(packer, pack, lack, option, false), reach, loadLimit: Infinity }),
    )
    .find((each) => each !== undefined);
  return group && `waits for other loads on ${group.host.worker.info.id}`;
}

/** Returns the classes on which a share can be provided: its own, then the others that workers have, the cheapest first. */
const optionsFor = ({ need }: Target, { share }: Lack, { isHosted }: PlanningContext): readonly Option[] => [
  share.option,
  ...need.options.filter((other) => other !== share.option && isHosted(other)),
];

/** Removes the best candidate on a class from the list, and returns it. Undefined if there is none. */
function takeCandidate(packer: Packer, pack: Pack, lack: Lack, option: Option, reach: Reach): Entry | undefined {
  const { ledger, context } = packer;
  pack.candidates ??= listCandidates(ledger, context, pack);
  if (pack.candidates.length === 0) return undefined;
  const load = minLoadOn(lack, option);
  const { spread } = pack.target.need;
  const index = pack.candidates.findLastIndex(({ hardwareClass, host, group, leaving }) => {
    if (leaving || hardwareClass !== option.hardwareClass || !isWithin(packer, host, reach)) return false;
    if (load > 0 && (group?.freeSlots ?? 0) + minLoad < load) return false;
    return !spread || ![...pack.counted.keys()].some((other) => other.host === host);
  });
  return index === -1 ? undefined : pack.candidates.splice(index, 1)[0];
}

/**
 * Returns the serving replicas that do not count yet, the best last: claimed already, ready, on slots that suffice, in
 * use, recently used. Those in use are equal, so that a plan does not depend on which one answered last.
 */
function listCandidates(ledger: Ledger, context: PlanningContext, { target, counted }: Pack): Entry[] {
  const { snapshot, params } = context;
  const [first] = target.shares;
  if (first === undefined) return [];
  const { variant } = first.option.variant;
  const entries = ledger.entriesOf(variant.id);
  if (entries.length === 0) return [];
  const inUseSince = snapshot.now - params.quietMs;
  const used = (entry: Entry): number => Math.min(inUseSince, entry.existing?.lastUsedAt ?? Infinity);
  const rank = (entry: Entry): number => (entry.claim === undefined ? 0 : 2) + (isReady(entry) ? 1 : 0);
  return entries
    .filter(
      (entry) => !counted.has(entry) && (isServing(entry, variant) || isMissedTooSoon(entry, target.need, context)),
    )
    .toSorted((a, b) => rank(a) - rank(b) || excessOn(b) - excessOn(a) || used(a) - used(b));
}

/**
 * Returns whether a replica counts although its worker is gone: it became ready within the last `absenceMs`, the worker is only
 * silent, and no query, rule or new version needs the replica.
 */
function isMissedTooSoon(
  { existing, host, leaving }: Entry,
  need: Need,
  { params, horizon }: PlanningContext,
): boolean {
  const { presence, isSilent } = host.worker;
  if (existing?.state !== 'ready' || leaving || presence !== 'gone' || isSilent !== true || need.returns !== 'no')
    return false;
  return !horizon.hasCome(existing.since + params.absenceMs);
}

/**
 * Returns the number of replicas with demand that share the slots of a replica, beyond one for each slot, divided by the
 * slots, because one more replica takes less time from each of the others where there are many slots.
 */
function excessOn({ group }: Entry): number {
  const { demanded, slots } = group ?? { demanded: 0, slots: 0 };
  return Math.max(0, demanded - slots) / Math.max(1, slots);
}

function makeRoom(ledger: Ledger, { victims, wanted }: Room, isSuccession: boolean): void {
  const { id } = wanted.option.variant.variant;
  for (const victim of victims) {
    const isNeeded = isSuccession && victim.claim !== undefined;
    const why = isNeeded ? 'not enough memory for both versions' : 'least recently used';
    ledger.evict(victim, `${why}, makes room for ${id}`);
  }
}
