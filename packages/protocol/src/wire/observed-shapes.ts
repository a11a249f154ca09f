// Maps the shapes that replicas have run to messages and back.

import { hardwareClassOf, variantId, type VariantShapes } from '@pareto/core';
import type * as wire from '../gen/messages.js';
import type { Complete } from './complete.js';
import { shapesFromWire, shapesToWire } from './profile.js';

export const observedFromWire = (message: wire.ObservedShapes): VariantShapes => ({
  ...{ variant: variantId(message.variant), version: message.version },
  hardwareClass: hardwareClassOf(message.hardwareClass),
  shapes: shapesFromWire(message.shapes),
  items: message.items,
  itemMs: message.itemMs,
});

export const observedToWire = ({ shapes, ...observed }: VariantShapes): Complete<wire.ObservedShapesInput> => ({
  ...observed,
  shapes: shapesToWire(shapes),
});
