// Families of image classifiers of the standard scenario. Each is a task.

import type { TimmModel } from '../profiles/tables/timm.js';

export interface Family {
  /** Name of the task. */
  readonly name: string;
  readonly models: readonly TimmModel[];
}

/** Smallest image. 400 small images per second are work for a few slots only. */
const minImageSize = 384;

/** Families in alphabetical order, with the names of their architectures in timm. */
const patterns: Readonly<Record<string, RegExp>> = {
  beit: /^beit(v2|3)?_/,
  cait: /^cait_/,
  convformer: /^convformer_/,
  convnextv2: /^convnextv2_/,
  efficientnet: /^(tf_)?efficientnet_/,
  maxvit: /^maxvit_/,
  nfnet: /nfnet_/,
  vit: /^vit_/,
  volo: /^volo_/,
  xcit: /^xcit_/,
};

export const timmFamilies = (models: readonly TimmModel[]): readonly Family[] =>
  Object.entries(patterns).map(([name, pattern]) => ({
    name,
    models: models.filter(({ base, imageSize }) => imageSize >= minImageSize && pattern.test(base)),
  }));
