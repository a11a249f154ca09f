// Original file: protos/pareto/v1/routes.proto

import type { Profile as _pareto_v1_Profile, Profile__Output as _pareto_v1_Profile__Output } from '../../pareto/v1/Profile.js';

export interface ProfileRow {
  'digest'?: (string) | undefined;
  'profile'?: (_pareto_v1_Profile | null) | undefined;
}

export interface ProfileRow__Output {
  'digest': (string);
  'profile': (_pareto_v1_Profile__Output | null);
}
