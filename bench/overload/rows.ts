// The rows of the report for an offered load.

import { availableParallelism } from 'node:os';
import type { LoadReport } from '@pareto/loadgen';
import type { Role } from '../path/processes.js';
import type { Row } from '../report.js';
import { seconds, type Offered } from './subject.js';

const percent = (count: number, of: number): number => (100 * count) / Math.max(1, of);

const onTimeOf = ({ classes }: LoadReport): number => classes.reduce((sum, { onTime }) => sum + onTime, 0);

/** Returns the goodput, absolute and as a share of what is possible at this capacity and rate, with its target. */
export function goodputRows(name: string, offered: Offered, minShare?: number): Row[] {
  const { capacity, load } = offered;
  const goodput = onTimeOf(load) / seconds;
  const possible = Math.min(capacity.answersPerSecond, load.sent / seconds);
  const reach = minShare === undefined ? {} : { reach: { above: minShare }, noise: 0.1 };
  const rejections = rejectionRows(name, offered);
  const left = 1 - rejections.reduce((sum, { value }) => sum + value, 0) / 100;
  return [
    { name: `${name}: capacity at 16 in flight`, value: capacity.answersPerSecond, unit: '/s' },
    { name: `${name}: goodput`, value: goodput, unit: '/s' },
    { name: `${name}: goodput, share of the possible`, value: goodput / possible, unit: 'x', ...reach },
    { name: `${name}: goodput, share of what rejections leave`, value: goodput / (possible * left), unit: 'x' },
    ...rejections,
  ];
}

/** Roles of the processes that a rejected query passes. */
const rejecting: readonly Role[] = ['client', 'router', 'worker front'];

/**
 * Returns the share of the processors that rejections take: what each process uses beyond its part of the answers, whose
 * cost the closed loop shows. The client shares the processors with the services.
 */
function rejectionRows(name: string, { capacity, load, cpu }: Offered): readonly Row[] {
  const answersPerSecond = (load.statuses['ok'] ?? 0) / seconds;
  return rejecting.map((role) => {
    const msPerAnswer = (capacity.cpu.get(role) ?? NaN) / capacity.answersPerSecond;
    const beyond = (cpu.get(role) ?? NaN) - answersPerSecond * msPerAnswer;
    const value = percent(beyond, 1000 * availableParallelism());
    return { name: `${name}: rejections' share of the processors, ${role}`, value, unit: '%' };
  });
}

/** Returns how many queries were answered, in time and at all, and the latencies of answers and rejections. */
export function outcomeRows(name: string, { load, live }: Offered): Row[] {
  const { sent, statuses, latencyMs, rejectionMs } = load;
  const { ok = 0, 'resource-exhausted': rejected = 0 } = statuses;
  const liveP99 = live.latencyMs.p99;
  const rejections: readonly Row[] = [
    { name: `${name}: p99 of rejections`, value: rejectionMs.p99, unit: 'ms' },
    {
      name: `${name}: p99 of rejections - p99 of ServerLive`,
      value: rejectionMs.p99 - liveP99,
      unit: 'ms',
      reach: { below: 5 },
    },
  ];
  return [
    { name: `${name}: on time, share of answers`, value: percent(onTimeOf(load), ok), unit: '%', reach: { above: 99 } },
    { name: `${name}: rejected`, value: percent(rejected, sent), unit: '%' },
    { name: `${name}: failed`, value: sent - ok - rejected, unit: '', reach: { below: 1 } },
    { name: `${name}: p50 of answers`, value: latencyMs.p50, unit: 'ms' },
    { name: `${name}: p99 of answers`, value: latencyMs.p99, unit: 'ms' },
    { name: `${name}: p99 of ServerLive`, value: liveP99, unit: 'ms' },
    ...(rejected > 0 ? rejections : []),
  ];
}

/** Returns the goodput of each class next to its fair share: the capacity, divided by the numbers of offered items. */
export const classRows = (name: string, { capacity, load }: Offered): readonly Row[] =>
  load.classes.flatMap((each) => {
    const goodput = each.onTime / seconds;
    const fair = capacity.answersPerSecond * (each.sent / load.sent);
    const onTime = percent(each.onTime, each.answered);
    return [
      { name: `${name}, ${each.name}: goodput`, value: goodput, unit: '/s' },
      { name: `${name}, ${each.name}: goodput / fair share`, value: goodput / fair, unit: 'x' },
      { name: `${name}, ${each.name}: on time, share of answers`, value: onTime, unit: '%', reach: { above: 99 } },
      { name: `${name}, ${each.name}: p99 of answers`, value: each.latencyMs.p99, unit: 'ms' },
    ];
  });
