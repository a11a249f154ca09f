// What nothing else beats in both of two things.

export interface FrontierPoint {
  /** Higher is better. */
  readonly accuracy: number;
  /** Lower is better: a latency or a cost. */
  readonly x: number;
}

/**
 * The points that no other one beats: none has at least the accuracy and at most the x, and one of them strictly. Ascending by x,
 * and so by accuracy; points that are equal in both are all kept.
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
