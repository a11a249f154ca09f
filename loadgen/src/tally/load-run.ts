// A run of load with all that is needed to understand and repeat it. It is the JSON output.

import type { LoadSettings } from '../settings/load-settings.js';
import type { LoadReport } from './load-report.js';

export interface LoadRun extends LoadReport {
  /** Settings, without the values of the headers. */
  readonly settings: LoadSettings;
  /** Set if the run was ended before its duration. */
  readonly interrupted: boolean;
  /** Time of the start, in ISO 8601. */
  readonly startedAt: string;
  /** The machine of the load generator, e.g. `2 x AMD EPYC`. */
  readonly machine: string;
  /** Version of Node, e.g. `24.11.0`. */
  readonly node: string;
}
