// The interface of an attack.

import { type BystanderReport } from '../bystander.js';
import { type Tally, type TallyReport } from '../tally.js';
import { type Target } from '../target.js';

export interface Attack {
  /** Attacks of a group share their bystanders. In short runs they are one test. */
  readonly group: string;
  readonly name: string;
  /** Set if short runs omit it, because another attack reaches the same code. */
  readonly onlyFull?: boolean;
  /** Statuses that a reply may have. Other replies fail the test. */
  readonly allowed: readonly string[];
  run(context: AttackContext): Promise<void>;
}

export interface AttackContext {
  readonly target: Target;
  readonly tally: Tally;
  /** Set if the attack is to run at full length, and otherwise in about a second. */
  readonly full: boolean;
  /** Records the queries of a bystander on the connection of the attack. */
  readonly onBystander: (report: BystanderReport) => void;
}

export interface AttackReport {
  readonly attack: string;
  readonly replies: TallyReport;
  /** Bystanders on the connections of the attack. */
  readonly bystanders: readonly BystanderReport[];
}

/** Statuses that tell a client that its request was wrong or too large. */
export const rejections: readonly string[] = [
  ...['INVALID_ARGUMENT', 'NOT_FOUND', 'FAILED_PRECONDITION', 'RESOURCE_EXHAUSTED', 'UNIMPLEMENTED', 'OUT_OF_RANGE'],
  ...['message of the stream', '400', '404', '405', '411', '412', '413', '414', '415', '417', '429', '431', '501'],
];
