// The latencies of few, evenly spaced requests, and of runs of ONNX Runtime alone at the same intervals.

import type { Form, LightLoad } from './form.js';
import { measureWindow } from './measure-window.js';
import type { Path } from './path.js';

/** Times of all rounds in ascending order. */
export interface LightTimes {
  /** Times of runs of ONNX Runtime alone. */
  readonly rawMs: Float64Array;
  /** Latencies of requests through the router. */
  readonly routerMs: Float64Array;
}

/** Maximum number of requests in flight, so that a slow answer does not delay the next request. */
const maxInFlight = 16;

export async function measureLight(path: Path, { perSecond }: LightLoad, form: Form): Promise<LightTimes> {
  const { lightRounds, lightMs } = form;
  const [rawMs, routerMs]: [number[], number[]] = [[], []];
  for (let round = 0; round < lightRounds; round++) {
    const [reply] = await path.raw.run(1, { batch: 1, forMs: lightMs, intervalMs: 1000 / perSecond });
    rawMs.push(...(reply?.runsMs ?? []));
    const options = { inFlight: maxInFlight, perSecond, warmMs: 1_000, windowMs: lightMs };
    routerMs.push(...(await measureWindow(path, path.subjects.router, options)).latenciesMs);
  }
  await path.checkReplicas();
  return { rawMs: Float64Array.from(rawMs).toSorted(), routerMs: Float64Array.from(routerMs).toSorted() };
}
