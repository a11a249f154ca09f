// Events about changes of the store's records, independent of the code that wrote them. A controller on standby notes
// them too, so that it can add those that the leader did not write before it was killed.

import {
  describeLoss,
  formatValue,
  metricFormOf,
  type Accuracy,
  type Architecture,
  type Clock,
  type Measurement,
  type RecipeOutcome,
  type RuleEvent,
  type Task,
  type Variant,
  type VersionChange,
} from '@pareto/core';
import type { Store } from '@pareto/state';
import { electedLeader } from '../leadership/election-candidates.js';
import type { EventLog } from './events.js';
import { identityOf, type ClusterEvent } from './repeats.js';
import type { Leader } from '../leadership/leadership.js';
import type { Mirror } from '../storage/mirror.js';
import type { RecordChange } from '../storage/record-tables.js';
import { freezeText } from '../history/freeze.js';
import {
  nameIn,
  type FreezeRecord,
  type NameRecord,
  type RecordKind,
  type Records,
  type WorkerRecord,
} from '../storage/records.js';

export interface RecordEventsOptions {
  readonly events: EventLog;
  readonly mirror: Pick<Mirror, 'records' | 'onChange' | 'onRestored'>;
  readonly leader: Pick<Leader, 'term' | 'onChange'>;
  readonly store: Pick<Store, 'onLoss'>;
  readonly clock: Clock;
}

/** Returns the event about a new or changed record. Undefined if the change causes none. */
type ToEvent<K extends RecordKind> = (
  now: Records[K],
  before: Records[K] | undefined,
  key: string,
) => ClusterEvent | undefined;

type ToRemovalEvent<K extends RecordKind> = (gone: Records[K]) => ClusterEvent;

const changeEvents: { readonly [K in RecordKind]?: ToEvent<K> } = {
  tasks: taskEvent,
  architectures: architectureEvent,
  names: rollbackEvent,
  outcomes: (outcome, before) => (before === undefined ? outcomeEvent(outcome) : undefined),
  measurements: measurementEvent,
  variants: quarantineEvent,
  workers: drainingEvent,
  freezes: freezeEvent,
  loads: ({ worker, present }, before) =>
    before?.present === true && !present
      ? {
          kind: 'worker',
          subject: worker,
          worker,
          reason: 'did not rejoin in time: its replicas move to other workers',
          warning: true,
        }
      : undefined,
};

/** Events about deleted records, for the kinds that have them. */
const removalEvents: { readonly [K in RecordKind]?: ToRemovalEvent<K> } = {
  tasks: ({ name }) => ({ kind: 'registry', subject: name, reason: 'the task was deleted' }),
  architectures: ({ name, version }) => ({
    kind: 'registry',
    subject: name,
    reason: `version ${version} was deleted, with its generated files and measurements`,
  }),
  workers: ({ info }) => ({
    kind: 'worker',
    subject: info.id,
    worker: info.id,
    reason: 'removed from the fleet',
  }),
};

/** Maximum number of rule events that a new leader takes from the store. */
const maxRuleEvents = 200;
/** Time for which a standby remembers events: longer than it takes to replace a leader that hangs. */
const notedMs = 60_000;
const maxNoted = 1_000;
/** Difference between the clocks of two controllers for which an event is still recognised. */
const maxSkewMs = 60_000;

interface NotedEvent {
  readonly event: ClusterEvent;
  readonly atWallMs: number;
}

export function watchRecords({ events, mirror, leader, store, clock }: RecordEventsOptions): void {
  let lastRule = '';
  let noted: readonly NotedEvent[] = [];
  let losses: readonly NotedEvent[] = [];
  let isListed = false;

  const addRuleEvents = (isWanted: (event: RuleEvent) => boolean): void => {
    const since = [...mirror.records.ruleEvents.values()].filter(({ key }) => key > lastRule);
    for (const { key, value } of since.sort((a, b) => (a.key < b.key ? -1 : 1)).slice(-maxRuleEvents)) {
      lastRule = key;
      if (isWanted(value)) events.add(ruleEvent(value), value.atWallMs);
    }
  };
  /** Adds what the log lacks because the previous leader could not write it. */
  const catchUp = (): void => {
    const logged = events.since(0);
    const lastRuleMs = logged.findLast(({ kind }) => kind === 'rule')?.atWallMs ?? -Infinity;
    lastRule = '';
    addRuleEvents(({ atWallMs }) => atWallMs > lastRuleMs);
    const after = clock.wallMs() - notedMs;
    const recent = new Set(logged.filter(({ atWallMs }) => atWallMs > after - maxSkewMs).map(identityOf));
    for (const { event, atWallMs } of noted)
      if (atWallMs > after && !recent.has(identityOf(event))) events.add(event, atWallMs);
    for (const { event, atWallMs } of losses) events.add(event, atWallMs);
    noted = losses = [];
  };

  leader.onChange(() => {
    if (leader.term === undefined) return;
    catchUp();
    events.add({ kind: 'leader', subject: electedLeader(mirror.records) ?? '', reason: 'elected' });
  });
  // The next leader can write it: after a restore, or when the store has its data again.
  store.onLoss((loss) => {
    const reason = `${describeLoss(loss)}: it was not used, and queries continued with the last table`;
    losses = [
      ...losses,
      { event: { kind: 'store', subject: 'store', reason, warning: true }, atWallMs: clock.wallMs() },
    ];
  });
  // What a restored store lacks was not deleted by anyone.
  mirror.onRestored(() => {
    noted = [];
    isListed = false;
  });
  mirror.onChange((touched, changes) => {
    const leads = leader.term !== undefined;
    // The first list consists of changes that happened at any time.
    if (isListed) {
      const changed = changes.flatMap((change) => eventOf(change) ?? []);
      if (leads) for (const event of changed) events.add(event);
      else noted = noteEvents(noted, changed, clock.wallMs());
    }
    isListed = true;
    if (leads && touched.has('ruleEvents')) addRuleEvents(() => true);
  });
}

function noteEvents(
  noted: readonly NotedEvent[],
  events: readonly ClusterEvent[],
  atWallMs: number,
): readonly NotedEvent[] {
  if (events.length === 0) return noted;
  return [...noted, ...events.map((event) => ({ event, atWallMs }))]
    .filter((one) => atWallMs - one.atWallMs < notedMs)
    .slice(-maxNoted);
}

function eventOf({ kind, before, after }: RecordChange): ClusterEvent | undefined {
  const [toEvent, toRemovalEvent] = [changeEvents[kind], removalEvents[kind]] as readonly [
    ToEvent<never> | undefined,
    ToRemovalEvent<never> | undefined,
  ];
  if (after !== undefined) return toEvent?.(after.value as never, before?.value as never, after.key);
  return before === undefined ? undefined : toRemovalEvent?.(before.value as never);
}

function taskEvent({ name, validation }: Task, before: Task | undefined): ClusterEvent | undefined {
  const registry = { kind: 'registry', subject: name } as const;
  if (before === undefined) return { ...registry, reason: 'the task was registered' };
  return validation === before.validation ? undefined : { ...registry, reason: 'the task got a validation set' };
}

function architectureEvent(now: Architecture, before: Architecture | undefined): ClusterEvent | undefined {
  const { name, version, task } = now;
  const registry = { kind: 'registry', subject: name } as const;
  if (before === undefined) return { ...registry, reason: `version ${version} was registered for task ${task}` };
  if (task === before.task) return undefined;
  return { ...registry, reason: `version ${version} moved from task ${before.task} to task ${task}` };
}

/** Returns an event if another version than a new one became the current one. */
function rollbackEvent(now: NameRecord, before: NameRecord | undefined, key: string): ClusterEvent | undefined {
  const change = now.changes?.at(-1);
  const isNew = before?.current !== now.current;
  if (change === undefined || isNew || isSameChange(change, before?.changes?.at(-1))) return undefined;
  const { version, from, by, reason } = change;
  const who = by === '' ? '' : ` by ${by}`;
  const why = reason === '' ? '' : `: ${reason}`;
  return { kind: 'rollback', subject: nameIn(key), reason: `to version ${version} instead of ${from}${who}${why}` };
}

const isSameChange = (a: VersionChange, b: VersionChange | undefined): boolean =>
  b !== undefined && a.atWallMs === b.atWallMs && a.version === b.version;

function outcomeEvent({ architecture, recipe, result }: RecipeOutcome): ClusterEvent {
  const subject = `${architecture}:${recipe}`;
  if (result.kind === 'made') return { kind: 'made', subject, reason: result.note };
  return { kind: result.kind, subject, reason: result.reason, warning: result.kind === 'failed' };
}

function measurementEvent({ variant, hardwareClass, result }: Measurement): ClusterEvent {
  if (result.kind === 'failed')
    return {
      kind: 'failed',
      subject: variant,
      reason: `measuring on ${hardwareClass}: ${result.reason}`,
      warning: true,
    };
  const { profile, accuracy } = result;
  const unknown = profile.provisional === true ? 'provisionally' : 'no accuracy';
  const quality = accuracy === undefined ? unknown : qualityText(accuracy);
  const times = profile.points
    .slice(0, 1)
    .map(({ batch, p50Ms }) => `, p50 ${p50Ms.toPrecision(3)} ms at batch ${batch}`);
  return { kind: 'measured', subject: variant, reason: `${quality}${times.join('')} on ${hardwareClass}` };
}

/** Returns e.g. `top1 0.9870` or `rmse 54.12`. */
const qualityText = (accuracy: Accuracy): string =>
  metricFormOf(accuracy).unit === 'share'
    ? `${accuracy.metric} ${accuracy.value.toFixed(4)}`
    : formatValue(accuracy, accuracy.value);

function quarantineEvent({ id, quarantineReason }: Variant, before: Variant | undefined): ClusterEvent | undefined {
  if (quarantineReason === before?.quarantineReason) return undefined;
  if (quarantineReason === undefined) return { kind: 'quarantine', subject: id, reason: 'ended' };
  return {
    kind: 'quarantine',
    subject: id,
    reason: `out of service on all workers: ${quarantineReason}`,
    warning: true,
  };
}

function freezeEvent(freeze: FreezeRecord, before: FreezeRecord | undefined): ClusterEvent | undefined {
  const { ended } = freeze;
  if (ended === undefined) return { kind: 'plan', subject: 'plan', reason: freezeText(freeze), warning: true };
  if (before === undefined || before.ended !== undefined) return undefined;
  return { kind: 'plan', subject: 'plan', reason: `resumed${ended.by === '' ? '' : ` by ${ended.by}`}` };
}

function drainingEvent({ info, draining }: WorkerRecord, before: WorkerRecord | undefined): ClusterEvent | undefined {
  if (draining === (before?.draining ?? false)) return undefined;
  const reason = draining
    ? 'drained by an operator: its replicas move to other workers'
    : 'returned to service by an operator';
  return { kind: 'worker', subject: info.id, worker: info.id, reason };
}

const verbs: Readonly<Record<RuleEvent['kind'], string>> = {
  made: 'set',
  lifted: 'lifted',
  replaced: 'replaced',
  ended: 'ended',
};

function ruleEvent({ kind, by, rule }: RuleEvent): ClusterEvent {
  const who = by === '' ? '' : ` by ${by}`;
  const why = rule.reason === '' ? '' : `: ${rule.reason}`;
  return { kind: 'rule', subject: rule.target, reason: `${rule.kind} ${rule.id} ${verbs[kind]}${who}${why}` };
}
