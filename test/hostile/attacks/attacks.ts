// All attacks.

import { type Attack } from './attack.js';
import { bombs } from './bombs.js';
import { echoedFields } from './echoed-fields.js';
import { frameFloods } from './frame-floods.js';
import { heldConnections } from './held-connections.js';
import { httpFloods } from './http-floods.js';

export const attacks: readonly Attack[] = [
  ...echoedFields,
  ...frameFloods,
  ...httpFloods,
  ...heldConnections,
  ...bombs,
];
