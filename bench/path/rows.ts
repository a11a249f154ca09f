// The rows of the report.

import { percentile } from '@pareto/core';
import type { Reach, Row } from '@pareto/testkit';
import type { Cell, Form, LightLoad } from './form.js';
import type { LightTimes } from './measure-light.js';
import { meanOf, spreadOf } from './pairs.js';
import type { Role } from './processes.js';
import { keptRounds, subjectNames, type Round, type SubjectName } from './round.js';

export const targets: Readonly<Record<string, Reach>> = {
  'ocr-184KB, 16 in flight: router / raw': { above: 0.85 },
  'cnn-150KB, 16 in flight: router / raw': { above: 0.68 },
  'cnn-150KB, 16 in flight: worker / raw': { above: 0.75 },
  'mlp-4KB, 64 in flight: router / raw': { above: 0.6 },
  'mlp-256B, 64 in flight: router / echo': { above: 1 },
  'ocr-184KB, 16 in flight: node / raw': { above: 0.88 },
  'cnn-150KB, 16 in flight: node / raw': { above: 0.74 },
  'mlp-4KB, 64 in flight: node / raw': { above: 0.64 },
  'mlp-256B, 64 in flight: node / echo': { above: 1.4 },
  'mlp-1KB, 16 in flight: CPU of the router / of the pass-through': { atMost: 0.3 },
  'cnn-150KB, 16 in flight: CPU of the router / of the pass-through': { atMost: 0.35 },
  'ocr-184KB, 16 in flight: p99 / p50 of the router': { atMost: 2 },
  'cnn-150KB, 16 in flight: p99 / p50 of the router': { atMost: 2 },
  'mlp-4KB, 64 in flight: p99 / p50 of the router': { atMost: 2 },
  'mlp-1KB, 1 in flight: p50 of the router - of a raw run': { atMost: 0.4 },
  'mlp-1KB, 20/s: p99 of the router - of a raw run': { atMost: 3 },
};

const row = (name: string, value: number, unit: string): Row => {
  const reach = targets[name];
  return { name, value, unit, ...(reach && { reach }) };
};

/** Returns the rows of a cell, from its kept rounds. Without any, only their number. */
export function cellRows({ name, inFlight }: Cell, rounds: readonly Round[], form: Form): readonly Row[] {
  const kept = keptRounds(rounds, form);
  const count: Row = { name: `${name}: pairs kept`, value: kept.length, unit: '', reach: { above: form.pairs - 1 } };
  if (kept.length === 0) return [count];
  const of = (what: string): string => `${name}: ${what}`;
  const spread = (what: string, unit: string, value: (round: Round) => number): readonly Row[] => {
    const { median, min, max } = spreadOf(kept.map(value));
    return [row(of(what), median, unit), row(of(`${what}, min`), min, unit), row(of(`${what}, max`), max, unit)];
  };
  const middle = (what: string, unit: string, value: (round: Round) => number): Row =>
    row(of(what), spreadOf(kept.map(value)).median, unit);
  const rate = (subject: SubjectName) => (round: Round) => round.windows[subject].rate;
  const rawRate = ({ rawRate: around }: Round): number => meanOf(around);
  const latency = (subject: SubjectName, quantile: number) => (round: Round) =>
    percentile(round.windows[subject].latenciesMs, quantile);
  const [p50, p99] = [latency('router', 0.5), latency('router', 0.99)];
  return [
    count,
    ...spread('router / raw', 'x', (round) => rate('router')(round) / rawRate(round)),
    ...spread('worker / raw', 'x', (round) => rate('worker')(round) / rawRate(round)),
    ...spread('router / echo', 'x', (round) => rate('router')(round) / rate('echo')(round)),
    ...spread('node / raw', 'x', (round) => rate('node')(round) / rawRate(round)),
    ...spread('node / echo', 'x', (round) => rate('node')(round) / rate('echo')(round)),
    ...spread('CPU of the router / of the pass-through', 'x', (round) => {
      return cpuOf([round], 'router', 'router') / cpuOf([round], 'pass-through', 'pass-through');
    }),
    middle('raw', '/s', rawRate),
    ...subjectNames.map((subject) => middle(subject, '/s', rate(subject))),
    middle('p50 of the router', 'ms', p50),
    middle('p99 of the router', 'ms', p99),
    ...spread('p99 / p50 of the router', 'x', (round) => p99(round) / p50(round)),
    middle('p50 of the worker', 'ms', latency('worker', 0.5)),
    middle('p99 of the worker', 'ms', latency('worker', 0.99)),
    middle('p50 of the node', 'ms', latency('node', 0.5)),
    middle('p99 of the node', 'ms', latency('node', 0.99)),
    ...(inFlight === 1 ? spread('p50 of the router - of a raw run', 'ms', addedMs) : []),
    row(of('CPU of the router'), cpuOf(kept, 'router', 'router'), 'µs/request'),
    row(of('CPU of the worker front'), cpuOf(kept, 'router', 'worker front'), 'µs/request'),
    row(of('CPU of the executors'), cpuOf(kept, 'router', 'executors'), 'µs/request'),
    row(of('CPU of the node'), cpuOf(kept, 'node', 'node'), 'µs/request'),
    row(of('CPU of the client'), cpuOf(kept, 'router', 'client'), 'µs/request'),
    row(of('CPU of the pass-through'), cpuOf(kept, 'pass-through', 'pass-through'), 'µs/request'),
  ];
}

/**
 * Returns the CPU time of a role in µs per answer of a subject, in all rounds together, because that of a window is only
 * known to 10 ms.
 */
function cpuOf(rounds: readonly Round[], subject: SubjectName, role: Role): number {
  const windows = rounds.map((round) => round.windows[subject]);
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  const answers = sum(windows.map(({ latenciesMs }) => latenciesMs.length));
  return (1000 * sum(windows.map(({ cpuMs }) => cpuMs.get(role) ?? NaN))) / answers;
}

const addedMs = ({ windows, rawRunMs }: Round): number =>
  percentile(windows.router.latenciesMs, 0.5) - meanOf(rawRunMs);

/** Returns the rows of a light load. */
export function lightRows({ name }: LightLoad, { rawMs, routerMs }: LightTimes): readonly Row[] {
  const [rawP99, routerP99] = [percentile(rawMs, 0.99), percentile(routerMs, 0.99)];
  return [
    row(`${name}: p50 of a raw run`, percentile(rawMs, 0.5), 'ms'),
    row(`${name}: p99 of a raw run`, rawP99, 'ms'),
    row(`${name}: p50 of the router`, percentile(routerMs, 0.5), 'ms'),
    row(`${name}: p99 of the router`, routerP99, 'ms'),
    row(`${name}: p99 of the router - of a raw run`, routerP99 - rawP99, 'ms'),
  ];
}
