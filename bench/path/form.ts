// The full and the quick form of the benchmark: what is measured, and for how long.

import type { BenchmarkOptions } from '../report/options.js';
import { pathModels, type PathModel } from './models.js';
import { subjectNames, type SubjectName } from './round.js';

/** A model with a number of requests in flight. */
export interface Cell {
  readonly name: string;
  readonly model: PathModel;
  readonly inFlight: number;
}

/** A model with evenly spaced requests, so few that none waits for another. */
export interface LightLoad {
  readonly name: string;
  readonly model: PathModel;
  readonly perSecond: number;
}

export type Load = Cell | LightLoad;

/** Durations of a window, and of the load before it. */
export interface Times {
  readonly warmMs: number;
  readonly windowMs: number;
}

/** Durations, in ms, and numbers of rounds. */
export interface Form {
  /** Pairs for each ratio. */
  readonly pairs: number;
  /** Rounds that may replace discarded pairs. */
  readonly extraRounds: number;
  /** Difference of ONNX Runtime alone before and after a window, as a fraction, from which on the pair is discarded. */
  readonly maxDrift: number;
  /** Answers of each server of a model before the first round, after which its code is compiled. */
  readonly warmUpAnswers: number;
  /** Maximum time for these answers. */
  readonly maxWarmUpMs: number;
  readonly rawMs: number;
  readonly window: Times;
  /** Window of a server without a model, which answers many times as fast. */
  readonly bareWindow: Times;
  /** Time with one request in flight before a light load, so that code that runs once per batch is compiled too. */
  readonly lightWarmMs: number;
  readonly lightRounds: number;
  readonly lightMs: number;
}

const fullForm: Form = {
  ...{ pairs: 7, extraRounds: 4, maxDrift: 0.05, warmUpAnswers: 6_000, maxWarmUpMs: 7_000 },
  ...{ rawMs: 400, lightWarmMs: 5_000, lightRounds: 4, lightMs: 9_000 },
  window: { warmMs: 250, windowMs: 1_000 },
  bareWindow: { warmMs: 200, windowMs: 600 },
};
const quickForm: Form = {
  ...{ pairs: 2, extraRounds: 1, maxDrift: 0.25, warmUpAnswers: 1_000, maxWarmUpMs: 1_000 },
  ...{ rawMs: 250, lightWarmMs: 1_000, lightRounds: 1, lightMs: 5_000 },
  window: { warmMs: 200, windowMs: 700 },
  bareWindow: { warmMs: 200, windowMs: 400 },
};

export const windowOf = (form: Form, subject: SubjectName): Times =>
  subject === 'echo' || subject === 'pass-through' ? form.bareWindow : form.window;

export interface Plan {
  readonly form: Form;
  /** Ordered by model. */
  readonly loads: readonly Load[];
}

/** Typical times to start everything for a model, and of a window in addition to its own. */
const [startMs, windowSlackMs] = [12_000, 200];
/** Typical share of the maximum time for the warm-up that it takes. */
const warmUpShare = 0.5;

/** Returns how long the loads take, without extra rounds and with all of them. */
export function estimateMs({ form, loads }: Plan): { readonly typical: number; readonly max: number } {
  const { pairs, extraRounds, maxWarmUpMs, rawMs, lightWarmMs, lightRounds, lightMs } = form;
  const subjects = subjectNames.length;
  const models = new Set(loads.map(({ model }) => model)).size;
  const modelMs = startMs + subjects * (warmUpShare * maxWarmUpMs + windowSlackMs);
  const windowsMs = subjectNames.map((name) => {
    const { warmMs, windowMs } = windowOf(form, name);
    return warmMs + windowMs + windowSlackMs;
  });
  const roundMs = windowsMs.reduce((sum, ms) => sum + ms + rawMs, 0);
  const loadMs = (load: Load, rounds: number): number =>
    'inFlight' in load ? rawMs + rounds * roundMs : lightWarmMs + lightRounds * 2 * lightMs;
  const total = (rounds: number): number => loads.reduce((sum, load) => sum + loadMs(load, rounds), models * modelMs);
  return { typical: total(pairs), max: total(pairs + extraRounds) };
}

type RunOptions = Pick<BenchmarkOptions, 'quick' | 'patient' | 'only'>;

/** Extra rounds of a patient run for each pair. */
const patience = 5;

/** Loads of the quick form. */
const quickNames = ['mlp-256B, 64 in flight', 'mlp-1KB, 1 in flight', 'cnn-150KB, 16 in flight'];

/** Returns what to measure. The quick form measures few loads, unless `only` is a part of the names of others. */
export function planRun({ quick = false, patient = false, only }: RunOptions): Plan {
  const form = quick ? quickForm : fullForm;
  const loads = pathModels.flatMap((model): readonly Load[] => [
    ...[1, 16, 64].map((inFlight) => ({ name: `${model.name}, ${inFlight} in flight`, model, inFlight })),
    ...(model.name === 'mlp-1KB' ? [{ name: `${model.name}, 20/s`, model, perSecond: 20 }] : []),
  ]);
  const isWanted = ({ name }: Load): boolean =>
    only === undefined ? !quick || quickNames.includes(name) : name.includes(only);
  const extraRounds = patient ? patience * form.pairs : form.extraRounds;
  return { form: { ...form, extraRounds }, loads: loads.filter(isWanted) };
}
