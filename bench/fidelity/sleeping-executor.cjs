// Preloaded into executor processes: lets each run of ONNX Runtime end when the time is over that a profile states for its batch. The
// profile is in the environment, as JSON: a list of points with `batch` and `p50Ms`.
'use strict';

const Module = require('node:module');
const { performance } = require('node:perf_hooks');

const points = JSON.parse(process.env.PARETO_SLEEP_POINTS);
const word = new Int32Array(new SharedArrayBuffer(4));

/** Interpolates between the points. */
function msOf(batch) {
  const above = points.findIndex((point) => point.batch >= batch);
  if (above <= 0) return points.at(above).p50Ms;
  const [low, high] = [points[above - 1], points[above]];
  return low.p50Ms + ((high.p50Ms - low.p50Ms) * (batch - low.batch)) / (high.batch - low.batch);
}

/** Blocks the thread, as a run does. */
function sleepUntil(endsAt) {
  for (let left = endsAt - performance.now(); left > 0; left = endsAt - performance.now())
    Atomics.wait(word, 0, 0, left);
}

const slowed = (Session) =>
  class extends Session {
    run(feeds, ...rest) {
      const startedAt = performance.now();
      const result = super.run(feeds, ...rest);
      const [first] = Object.values(feeds);
      sleepUntil(startedAt + msOf(first?.dims?.[0] ?? 1));
      return result;
    }
  };

const load = Module._load;
Module._load = function loadSlowed(request, ...rest) {
  const loaded = load.call(this, request, ...rest);
  if (!request.endsWith('onnxruntime_binding.node')) return loaded;
  return Object.create(loaded, { InferenceSession: { value: slowed(loaded.InferenceSession) } });
};
