// Events about changes of the store's records while this controller leads, independent of the code that wrote them.

import {
  milliseconds,
  type Clock,
  type Measurement,
  type RecipeOutcome,
  type RuleEvent,
  type Variant,
} from '@pareto/core';
import { electedLeader } from '../leadership/election-candidates.js';
import type { ClusterEvent, EventLog } from './events.js';
import type { Leader } from '../leadership/leadership.js';
import type { Mirror } from '../storage/mirror.js';
import type { RecordChange } from '../storage/record-tables.js';
import type { RecordKind, Records, WorkerRecord } from '../storage/records.js';

export interface RecordEventsOptions {
  readonly events: EventLog;
  readonly mirror: Pick<Mirror, 'records' | 'onChange'>;
  readonly leader: Pick<Leader, 'term' | 'onChange'>;
  readonly clock: Clock;
}

/** Returns the event about a new or changed record. Undefined if the change causes none. */
type ToEvent<K extends RecordKind> = (now: Records[K], before: Records[K] | undefined) => ClusterEvent | undefined;

type ToRemovalEvent<K extends RecordKind> = (gone: Records[K]) => ClusterEvent;

const changeEvents: { readonly [K in RecordKind]?: ToEvent<K> } = {
  tasks: ({ name }, before) =>
    before === undefined ? { kind: 'registry', subject: name, reason: 'the task was registered' } : undefined,
  architectures: ({ name, version, task }, before) =>
    before === undefined
      ? { kind: 'registry', subject: name, reason: `version ${version} was registered for task ${task}` }
      : undefined,
  outcomes: (outcome, before) => (before === undefined ? outcomeEvent(outcome) : undefined),
  measurements: measurementEvent,
  variants: quarantineEvent,
  workers: drainingEvent,
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
    reason: 'removed: missing for an hour',
  }),
};

/** Maximum number of rule events that a new leader takes from the store. */
const maxRuleEvents = 200;

export function watchRecords({ events, mirror, leader, clock }: RecordEventsOptions): void {
  let lastRule = '';
  const addRuleEvents = (): void => {
    const since = [...mirror.records.ruleEvents.values()].filter(({ key }) => key > lastRule);
    for (const { key, value } of since.sort((a, b) => (a.key < b.key ? -1 : 1)).slice(-maxRuleEvents)) {
      lastRule = key;
      events.add(ruleEvent(value), milliseconds(clock.now() - Math.max(0, clock.wallMs() - value.atWallMs)));
    }
  };

  leader.onChange(() => {
    if (leader.term === undefined) return;
    events.clear();
    lastRule = '';
    addRuleEvents();
    events.add({ kind: 'leader', subject: electedLeader(mirror.records) ?? '', reason: 'elected' });
  });
  mirror.onChange((touched, changes) => {
    if (leader.term === undefined) return;
    for (const change of changes) {
      const event = eventOf(change);
      if (event !== undefined) events.add(event);
    }
    if (touched.has('ruleEvents')) addRuleEvents();
  });
}

function eventOf({ kind, before, after }: RecordChange): ClusterEvent | undefined {
  const [toEvent, toRemovalEvent] = [changeEvents[kind], removalEvents[kind]] as readonly [
    ToEvent<never> | undefined,
    ToRemovalEvent<never> | undefined,
  ];
  if (after !== undefined) return toEvent?.(after.value as never, before?.value as never);
  return before === undefined ? undefined : toRemovalEvent?.(before.value as never);
}

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
  const quality = accuracy === undefined ? unknown : `${accuracy.metric} ${accuracy.value.toFixed(4)}`;
  const times = profile.points
    .slice(0, 1)
    .map(({ batch, p50Ms }) => `, p50 ${p50Ms.toPrecision(3)} ms at batch ${batch}`);
  return { kind: 'measured', subject: variant, reason: `${quality}${times.join('')} on ${hardwareClass}` };
}

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
