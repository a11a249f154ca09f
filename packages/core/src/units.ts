// Branded ids and units. Only the constructors in this file create values of these types.

declare const brand: unique symbol;
type Brand<T, B extends string> = T & { readonly [brand]: B };

/** A duration in milliseconds, never negative. */
export type Milliseconds = Brand<number, 'Milliseconds'>;
/** A size in bytes, a whole number. */
export type Bytes = Brand<number, 'Bytes'>;
/** A price in US dollars per hour. */
export type UsdPerHour = Brand<number, 'UsdPerHour'>;

/** `architecture:recipe[@provider[+option]]`. */
export type VariantId = Brand<string, 'VariantId'>;
export type WorkerId = Brand<string, 'WorkerId'>;
export type ReplicaId = Brand<string, 'ReplicaId'>;
/** `sha256:` and 64 lower-case hexadecimal digits. */
export type Digest = Brand<string, 'Digest'>;
/** `provider/device/instruction-set`. */
export type HardwareClassId = Brand<string, 'HardwareClassId'>;

export const milliseconds = (value: number): Milliseconds => value as Milliseconds;
export const bytes = (value: number): Bytes => value as Bytes;
export const usdPerHour = (value: number): UsdPerHour => value as UsdPerHour;
export const variantId = (value: string): VariantId => value as VariantId;
export const workerId = (value: string): WorkerId => value as WorkerId;
export const replicaId = (value: string): ReplicaId => value as ReplicaId;
export const hardwareClassId = (value: string): HardwareClassId => value as HardwareClassId;
export const digest = (value: string): Digest => value as Digest;
