// The rows of the report.

import { percentile } from '@pareto/core';
import type { Reach, Row } from '@pareto/testkit';
import type { Cell, Form, LightLoad } from './form.js';
import type { LightTimes } from './measure-light.js';
import { meanOf, spreadOf } from './pairs.js';
import type { Role } from './processes.js';
import {
  keptPairs,
  keptRounds,
  subjectNames,
  type PairedWindow,
  type Round,
  type SubjectName,
  type Window,
} from './round.js';

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

/** Returns the rows of a cell, from its kept pairs. Without any of a ratio, only their number. */
export function cellRows({ name, inFlight }: Cell, rounds: readonly Round[], form: Form): readonly Row[] {
  const pairs = keptPairs(rounds, form);
  const count: Row = { name: `${name}: pairs kept`, value: pairs, unit: '', reach: { above: form.pairs - 1 } };
  if (pairs === 0) return [count];
  const of = (what: string): string => `${name}: ${what}`;
  const spread = (
    what: string,
    unit: string,
    subjects: readonly SubjectName[],
    value: (round: Round) => number,
  ): readonly Row[] => {
    const { median, min, max } = spreadOf(keptRounds(rounds, subjects, form).map(value));
    return [row(of(what), median, unit), row(of(`${what}, min`), min, unit), row(of(`${what}, max`), max, unit)];
  };
  const middle = (what: string, unit: string, subject: SubjectName, value: (window: PairedWindow) => number): Row =>
    row(of(what), spreadOf(keptRounds(rounds, [subject], form).map((round) => value(round[subject]))).median, unit);
  const perRaw = (subject: SubjectName): readonly Row[] =>
    spread(`${subject} / raw`, 'x', [subject], ({ [subject]: { rate, rawRate } }) => rate / meanOf(rawRate));
  const perEcho = (subject: SubjectName): readonly Row[] =>
    spread(`${subject} / echo`, 'x', [subject, 'echo'], (round) => round[subject].rate / round.echo.rate);
  const cpu = (subject: SubjectName, role: Role): Row => {
    const windows = keptRounds(rounds, [subject], form).map((round) => round[subject]);
    return row(of(`CPU of the ${role}`), cpuOf(windows, role), 'µs/request');
  };
  return [
    count,
    ...perRaw('router'),
    ...perRaw('worker'),
    ...perEcho('router'),
    ...perRaw('node'),
    ...perEcho('node'),
    ...spread(
      'CPU of the router / of the pass-through',
      'x',
      ['router', 'pass-through'],
      (round) => cpuOf([round.router], 'router') / cpuOf([round['pass-through']], 'pass-through'),
    ),
    middle('raw', '/s', 'router', ({ rawRate }) => meanOf(rawRate)),
    ...subjectNames.map((subject) => middle(subject, '/s', subject, ({ rate }) => rate)),
    ...spread('p99 / p50 of the router', 'x', ['router'], ({ router }) => latency(0.99)(router) / latency(0.5)(router)),
    ...(['router', 'worker', 'node'] as const).flatMap((subject) => [
      middle(`p50 of the ${subject}`, 'ms', subject, latency(0.5)),
      middle(`p99 of the ${subject}`, 'ms', subject, latency(0.99)),
    ]),
    ...(inFlight === 1 ? spread('p50 of the router - of a raw run', 'ms', ['router'], addedMs) : []),
    cpu('router', 'router'),
    cpu('router', 'worker front'),
    cpu('router', 'executors'),
    cpu('node', 'node'),
    cpu('router', 'client'),
    cpu('pass-through', 'pass-through'),
  ];
}

const latency =
  (quantile: number) =>
  ({ latenciesMs }: Window): number =>
    percentile(latenciesMs, quantile);

/** Returns the CPU time of a role in µs per answer in all windows together. */
function cpuOf(windows: readonly Window[], role: Role): number {
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  const answers = sum(windows.map(({ latenciesMs }) => latenciesMs.length));
  return (1000 * sum(windows.map(({ cpuMs }) => cpuMs.get(role) ?? NaN))) / answers;
}

const addedMs = ({ router }: Round): number => latency(0.5)(router) - meanOf(router.rawRunMs);

/** Returns the rows of a light load. */
export function lightRows({ name }: LightLoad, { rawMs, routerMs, lateMs }: LightTimes): readonly Row[] {
  const [rawP99, routerP99] = [percentile(rawMs, 0.99), percentile(routerMs, 0.99)];
  return [
    row(`${name}: p50 of a raw run`, percentile(rawMs, 0.5), 'ms'),
    row(`${name}: p99 of a raw run`, rawP99, 'ms'),
    row(`${name}: p50 of the router`, percentile(routerMs, 0.5), 'ms'),
    row(`${name}: p99 of the router`, routerP99, 'ms'),
    row(`${name}: p99 of the delay of the client`, percentile(lateMs, 0.99), 'ms'),
    row(`${name}: p99 of the router - of a raw run`, routerP99 - rawP99, 'ms'),
  ];
}
