// The policies that ours is compared with. Each is a folder, and an entry here.

import type { ServingPolicy } from '../policies/serving-policy.js';
import { createClairvoyant } from './clairvoyant/clairvoyant.js';
import { createClipper } from './clipper/clipper.js';
import { createFixed } from './fixed/fixed.js';
import { createInfaas } from './infaas/infaas.js';
import { defaultInfaasParams } from './infaas/params.js';
import { createLoki } from './loki/loki.js';
import { createProteus } from './proteus/proteus.js';

/** Creates the baselines. Each has a name of its own. */
export const createBaselines = (): readonly ServingPolicy[] => [
  createFixed({ preference: 'most-accurate' }),
  createFixed({ preference: 'cheapest' }),
  createClipper({ preference: 'most-accurate' }),
  createClipper({ preference: 'cheapest' }),
  createInfaas(),
  createInfaas({ ...defaultInfaasParams, waitsForLoads: false }, 'infaas-serving-flagged'),
  createProteus(),
  createLoki(),
  createClairvoyant(),
];
