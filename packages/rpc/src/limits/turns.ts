// Starts calls in turns. Of the calls that arrive together, some start in each iteration of the event loop, and clients
// take turns: those on different hosts first, and then the connections of one host. A client that sends thousands of
// calls so delays those of others by tens of ms.

/** The connection of a client. */
export interface TurnOwner {
  /** The client's host, by `hostOf`. */
  readonly host: string;
}

/**
 * Number of turns in one iteration of the event loop. A gRPC call takes one when it arrives, and another if it is complete
 * in a later iteration, each of up to half a ms. It is more than arrive in one iteration under load, since a backlog would
 * make all calls late alike: with 16, almost no answer was on time at twice the capacity.
 */
const turnsPerIteration = 64;

interface Waiting {
  readonly start: () => void;
  readonly isEnded: () => boolean;
}

/** Waiting calls by host and connection. The first one of each map has the next turn. */
type Hosts = Map<string, Map<TurnOwner, Waiting[]>>;

// oxlint-disable-next-line no-restricted-globals -- not time: the end of the event loop's iteration
const atEndOfIteration = (run: () => void): void => void setImmediate(run);

export class Turns {
  /** Number of the current iteration of the event loop, among those with turns. */
  iteration = 0;
  readonly #hosts: Hosts = new Map();
  readonly #perIteration: number;
  readonly #onIterationEnd: typeof atEndOfIteration;
  #started = 0;

  /** `onIterationEnd` runs a function at the end of the iteration of the event loop. */
  constructor(perIteration: number = turnsPerIteration, onIterationEnd: typeof atEndOfIteration = atEndOfIteration) {
    this.#perIteration = perIteration;
    this.#onIterationEnd = onIterationEnd;
  }

  /**
   * Takes a turn for a call, or for a message of a stream. Undefined if it may start now. A call that has ended when its
   * turn comes takes no time from others.
   */
  take(owner: TurnOwner, isEnded: () => boolean): Promise<void> | undefined {
    const hosts = this.#hosts;
    if (hosts.size === 0 && this.#started < this.#perIteration) {
      this.#count();
      return undefined;
    }
    return new Promise((start) => {
      const connections = hosts.get(owner.host) ?? new Map<TurnOwner, Waiting[]>();
      const calls = connections.get(owner) ?? [];
      calls.push({ start, isEnded });
      connections.set(owner, calls);
      hosts.set(owner.host, connections);
    });
  }

  #count(): void {
    if (this.#started++ === 0) this.#onIterationEnd(() => this.#advance());
  }

  #advance(): void {
    this.#started = 0;
    this.iteration += 1;
    while (this.#started < this.#perIteration) {
      const next = removeNext(this.#hosts);
      if (next === undefined) return;
      if (!next.isEnded()) this.#count();
      next.start();
    }
  }
}

/** Removes the next call of the next connection of the next host, which both then wait for their next turn. */
function removeNext(hosts: Hosts): Waiting | undefined {
  const [[host, connections] = []] = hosts;
  const [[owner, calls] = []] = connections ?? [];
  if (host === undefined || connections === undefined || owner === undefined || calls === undefined) return undefined;
  const next = calls.shift();
  connections.delete(owner);
  if (calls.length > 0) connections.set(owner, calls);
  hosts.delete(host);
  if (connections.size > 0) hosts.set(host, connections);
  return next;
}
