// The latencies of few, evenly spaced requests, and of runs of ONNX Runtime alone at the same intervals.

import type { Form, LightLoad } from './form.js';
import { latenessOf } from './lateness.js';
import { measureWindow } from './measure-window.js';
import type { Path } from './path.js';

/** Times of all rounds in ascending order. */
export interface LightTimes {
  /** Times of runs of ONNX Runtime alone. */
  readonly rawMs: Float64Array;
  /** Latencies of requests through the router. */
  readonly routerMs: Float64Array;
  /** Delays of the client in sending these requests, which are no part of the latencies. */
  readonly lateMs: Float64Array;
}

/** Maximum number of requests in flight, so that a slow answer does not delay the next request. */
const maxInFlight = 16;

export async function measureLight(path: Path, { perSecond }: LightLoad, form: Form): Promise<LightTimes> {
  const { lightWarmMs, lightRounds, lightMs } = form;
  const [rawMs, routerMs, lateMs]: [number[], number[], number[]] = [[], [], []];
  const intervalMs = 1000 / perSecond;
  await measureWindow(path, path.subjects.router, { inFlight: 1, warmMs: 0, windowMs: lightWarmMs });
  for (let round = 0; round < lightRounds; round++) {
    const [reply] = await path.raw.run(1, { batch: 1, forMs: lightMs, intervalMs });
    rawMs.push(...(reply?.runsMs ?? []));
    const options = { inFlight: maxInFlight, perSecond, warmMs: 1_000, windowMs: lightMs };
    const { latenciesMs, startsMs } = await measureWindow(path, path.subjects.router, options);
    routerMs.push(...latenciesMs);
    lateMs.push(...latenessOf(startsMs, intervalMs));
  }
  await path.checkReplicas();
  const sorted = (values: readonly number[]): Float64Array => Float64Array.from(values).toSorted();
  return { rawMs: sorted(rawMs), routerMs: sorted(routerMs), lateMs: sorted(lateMs) };
}
