// Original file: protos/pareto/v1/fleet.proto

import type { HardwareClass as _pareto_v1_HardwareClass, HardwareClass__Output as _pareto_v1_HardwareClass__Output } from '../../pareto/v1/HardwareClass.js';

export interface SlotGroup {
  'hardwareClass'?: (_pareto_v1_HardwareClass | null) | undefined;
  'slots'?: (number) | undefined;
  'driver'?: (string) | undefined;
}

export interface SlotGroup__Output {
  'hardwareClass': (_pareto_v1_HardwareClass__Output | null);
  'slots': (number);
  'driver': (string);
}
