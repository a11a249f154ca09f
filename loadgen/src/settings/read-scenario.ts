// Reads a scenario file.

import { readYaml } from '@pareto/scenario';
import { parseScenario, type Scenario } from './parse-scenario.js';

/** Throws `invalid-argument`, which names the file, if it cannot be read or is invalid. */
export const readScenario = async (file: string): Promise<Scenario> => parseScenario(await readYaml(file));
