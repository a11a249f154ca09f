// Replays the log of control turns: the same calls decide the same.

import { createTurnCore, type Observed, type TurnCore } from '../turn-core.js';
import { fromPlain, toPlain } from './plain-values.js';
import { readTurnLine, type LoggedDemand, type TurnCall } from './turn-log.js';

export interface ReplayedTurn {
  readonly line: TurnCall;
  /** The decision of the call in the replay, to compare with the same fields of `line`. */
  readonly decided: Readonly<Record<string, unknown>>;
}

/** Applies the calls of a log to new cores, one for each term, and yields what each decides. Throws if the log has another format. */
export function* replayTurnLog(texts: Iterable<string>): Generator<ReplayedTurn> {
  let core: TurnCore | undefined;
  let observed: Observed | undefined;
  for (const text of texts) {
    if (text === '') return;
    const line = readTurnLine(text);
    if ('log' in line) {
      const version: number = line.version;
      if (version !== 2) throw new Error(`the log has version ${version}; expected version 2`);
      core = createTurnCore(line.params);
      continue;
    }
    if (core === undefined) throw new Error('expected the log of control turns, whose first line has its parameters');
    if (line.call === 'observe') observed = line.observed;
    // A field that is undefined is missing in the log.
    yield { line, decided: fromPlain(toPlain(apply(core, line, observed))) as ReplayedTurn['decided'] };
  }
}

function apply(core: TurnCore, line: TurnCall, observed: Observed | undefined): ReplayedTurn['decided'] {
  switch (line.call) {
    case 'see':
      core.see(line.replicas, line.now);
      return {};
    case 'observe':
      core.observe(line.observed, inputOf(line.input), line.orphans);
      return {};
    case 'solved':
      core.solved(line.solution);
      return {};
    case 'end':
      core.end(line.actions, line.now);
      return {};
    case 'skip':
      return { isSkipped: core.skip(inputOf(line.input), snapshotOf(observed)) };
    case 'plan': {
      const { actions, nextAt } = core.plan(snapshotOf(observed), line.planId, line.leadingMs);
      return { actions, nextAt };
    }
  }
}

function snapshotOf(observed: Observed | undefined): Observed {
  if (observed === undefined) throw new Error('expected a snapshot before the first plan');
  return observed;
}

const inputOf = ({ active = [], ...others }: LoggedDemand) => ({ ...others, active: () => active });
