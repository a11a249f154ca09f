// The Pareto front of points with an accuracy and a latency or cost.

export interface FrontierPoint {
  /** Quality, higher is better. */
  readonly accuracy: number;
  /** Latency or cost, lower is better. */
  readonly x: number;
}

/**
 * Returns the points for which no other point has at least the accuracy and at most the x, one of them strictly. Sorted
 * by ascending x, and thus accuracy. Points that are equal in both are all kept.
 */
export function paretoFront<T extends FrontierPoint>(points: readonly T[]): readonly T[] {
  const front: T[] = [];
  let best = -Infinity;
  let bestX = Infinity;
  for (const point of points.toSorted((a, b) => a.x - b.x || b.accuracy - a.accuracy)) {
    const isEqual = point.accuracy === best && point.x === bestX;
    if (point.accuracy <= best && !isEqual) continue;
    front.push(point);
    best = point.accuracy;
    bestX = point.x;
  }
  return front;
}
