// Execution providers that run on a device other than the cpu.

import { providers, type Provider } from '@pareto/core';

export type DeviceProvider = Exclude<Provider, 'cpu'>;

export const deviceProviders: readonly DeviceProvider[] = providers.filter((name) => name !== 'cpu');

export const isDeviceProvider = (name: string): name is DeviceProvider =>
  deviceProviders.some((provider) => provider === name);
