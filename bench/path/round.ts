// A round of a cell: all subjects in turns, between two runs of ONNX Runtime alone.

import { isSteady, type Around } from './pairs.js';
import type { Role } from './processes.js';

/** The servers that requests are sent to, in the order in which they are measured. */
export const subjectNames = ['echo', 'pass-through', 'worker', 'router', 'node'] as const;
export type SubjectName = (typeof subjectNames)[number];

export interface Round {
  /** Items per second of ONNX Runtime alone. */
  readonly rawRate: Around;
  /** Median time of its runs. */
  readonly rawRunMs: Around;
  readonly windows: Readonly<Record<SubjectName, Window>>;
}

/** A time in which a subject was under load. */
export interface Window {
  /** Answers per second. */
  readonly rate: number;
  /** Latencies of these answers in ascending order. */
  readonly latenciesMs: Float64Array;
  /** CPU time of all processes of a role. */
  readonly cpuMs: ReadonlyMap<Role, number>;
}

/** Returns the rounds in which the machine was equally fast before and after. */
export const keptRounds = (rounds: readonly Round[], { maxDrift }: { readonly maxDrift: number }): readonly Round[] =>
  rounds.filter(({ rawRate }) => isSteady(rawRate, maxDrift));
