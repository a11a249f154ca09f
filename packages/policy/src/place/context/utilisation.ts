// How much of their time replicas can be used, so that few queries wait for longer than their objective allows.

/** Load from which queries hardly ever find all replicas busy at any usual target. */
const hugeLoad = 1_000;

/**
 * Returns the utilisation, at most `target`, of as few replicas as answer all but a share `maxLate` of the queries in time.
 * `load` is the number of replicas that the queries keep busy, `slack` the time that a query may wait, in service times. The
 * shares are those of Erlang C, one queue with random arrivals. Its service times are exponential, and so vary more than those
 * of models, which makes up for routers that do not see one queue.
 */
export function utilisationWithin(load: number, slack: number, maxLate: number, target: number): number {
  if (load > hugeLoad) return target;
  // Erlang B by its recursion: the probability that all replicas are busy if no query waits.
  let blocked = 1;
  for (let replicas = 1; ; replicas += 1) {
    blocked = (load * blocked) / (replicas + load * blocked);
    if (replicas <= load || lateShare(load, replicas, blocked, slack) > maxLate) continue;
    return replicas <= Math.ceil(load / target) ? target : load / replicas;
  }
}

/** Utilisations that are tried, as parts of the target. */
const steps = 50;

/**
 * Returns the largest utilisation of `slots` slots, at most `target`, for which at most a share `maxLate` of the queries waits for
 * longer than `slack` service times. At least one step of it, because slots without any load answer nothing.
 */
export function poolUtilisation(slots: number, slack: number, maxLate: number, target: number): number {
  for (let step = steps; step > 1; step -= 1) {
    const load = (slots * target * step) / steps;
    let blocked = 1;
    for (let replicas = 1; replicas <= slots; replicas += 1) blocked = (load * blocked) / (replicas + load * blocked);
    if (lateShare(load, slots, blocked, slack) <= maxLate) return (target * step) / steps;
  }
  return target / steps;
}

function lateShare(load: number, replicas: number, blocked: number, slack: number): number {
  const waiting = blocked / (1 - (load / replicas) * (1 - blocked));
  return waiting * Math.exp(-(replicas - load) * Math.max(0, slack));
}
