// A round of a cell: all subjects in turns, with ONNX Runtime alone before and after each.

import type { Role } from './processes.js';
import { isSteady, type Around } from './pairs.js';

/** The servers that requests are sent to, in the order in which they are measured: those that are compared are neighbours. */
export const subjectNames = ['worker', 'router', 'echo', 'node', 'pass-through'] as const;
export type SubjectName = (typeof subjectNames)[number];

/** A time in which a subject was under load. */
export interface Window {
  /** Answers per second. */
  readonly rate: number;
  /** Latencies of these answers in ascending order. */
  readonly latenciesMs: Float64Array;
  /** Times at which the client sent the requests, in ascending order, since the Unix epoch. */
  readonly startsMs: Float64Array;
  /** CPU time of all processes of a role. */
  readonly cpuMs: ReadonlyMap<Role, number>;
}

/** A window between two times in which ONNX Runtime ran alone. */
export interface PairedWindow extends Window {
  /** Items per second of ONNX Runtime alone. */
  readonly rawRate: Around;
  /** Median time of its runs. */
  readonly rawRunMs: Around;
}

export type Round = Readonly<Record<SubjectName, PairedWindow>>;

interface Limit {
  readonly maxDrift: number;
}

/** Returns the rounds in which the machine was equally fast before and after each of these subjects. */
export const keptRounds = (
  rounds: readonly Round[],
  subjects: readonly SubjectName[],
  { maxDrift }: Limit,
): readonly Round[] => rounds.filter((round) => subjects.every((name) => isSteady(round[name].rawRate, maxDrift)));

/** The subjects of each ratio. */
const ratios: readonly (readonly SubjectName[])[] = [
  ...([['worker'], ['router'], ['node']] as const),
  ...([
    ['router', 'echo'],
    ['node', 'echo'],
    ['router', 'pass-through'],
  ] as const),
];

/** Returns the number of kept pairs of the ratio that has the fewest. */
export const keptPairs = (rounds: readonly Round[], limit: Limit): number =>
  Math.min(...ratios.map((subjects) => keptRounds(rounds, subjects, limit).length));
