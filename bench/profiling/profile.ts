// The result of a profiled run.

import type { RunContext } from '@pareto/testkit';
import type { Role } from '../path/processes.js';
import type { Count } from './counts.js';
import type { NamedFlame } from './passes.js';

export interface Profile extends RunContext {
  readonly cells: readonly CellProfile[];
}

export interface CellProfile {
  readonly name: string;
  /** Requests per second while nothing slows the processes. */
  readonly rate: number;
  readonly roles: readonly RoleProfile[];
  /** Reasons why something could not be measured. */
  readonly missing: readonly string[];
}

/** All processes of a role together. */
export interface RoleProfile {
  readonly role: Role;
  readonly counts: readonly Count[];
  readonly flames: readonly NamedFlame[];
}
