// Classifiers of timm with untrained weights, measured as `cpuPoints` says. Their GMACs and activations are those of timm's table.

export interface MeasuredClassifier {
  readonly name: string;
  readonly gmacs: number;
  readonly macts: number;
  readonly weightsMib: number;
  /** Median CPU time of batches of 1, 2, 4 and 8. */
  readonly ms: readonly number[];
  /** Peak memory after batches of up to 1, 2, 4 and 8, without that of the empty process. */
  readonly memoryMib: readonly number[];
  readonly loadMs: number;
}

export const measuredBatches: readonly number[] = [1, 2, 4, 8];

export const measuredClassifiers: readonly MeasuredClassifier[] = [
  {
    name: 'cait_xxs24_224',
    gmacs: 2.53,
    macts: 20.29,
    weightsMib: 45.6,
    ms: [86.6, 173.5, 333.1, 716.4],
    memoryMib: [112, 117, 129, 152],
    loadMs: 395,
  },
  {
    name: 'convnext_tiny',
    gmacs: 4.47,
    macts: 13.44,
    weightsMib: 109.1,
    ms: [108.2, 218.7, 449.1, 940.4],
    memoryMib: [176, 208, 272, 400],
    loadMs: 374,
  },
  {
    name: 'convnextv2_atto',
    gmacs: 0.55,
    macts: 3.81,
    weightsMib: 14.2,
    ms: [18.9, 38.5, 82.2, 169.5],
    memoryMib: [87, 111, 158, 253],
    loadMs: 84,
  },
  {
    name: 'deit3_small_patch16_224',
    gmacs: 4.61,
    macts: 11.95,
    weightsMib: 84.2,
    ms: [98.7, 203.3, 407.1, 883.8],
    memoryMib: [175, 181, 197, 229],
    loadMs: 302,
  },
  {
    name: 'efficientnet_b0',
    gmacs: 0.4,
    macts: 6.75,
    weightsMib: 20.2,
    ms: [13.0, 24.4, 51.9, 104.7],
    memoryMib: [88, 115, 171, 279],
    loadMs: 91,
  },
  {
    name: 'efficientnet_b4',
    gmacs: 3.13,
    macts: 34.76,
    weightsMib: 73.8,
    ms: [83.7, 171.2, 405.4, 768.8],
    memoryMib: [248, 337, 506, 869],
    loadMs: 258,
  },
  {
    name: 'mobilenetv3_large_100',
    gmacs: 0.23,
    macts: 4.41,
    weightsMib: 20.9,
    ms: [6.8, 12.2, 23.7, 52.0],
    memoryMib: [81, 82, 97, 134],
    loadMs: 93,
  },
  {
    name: 'regnety_016',
    gmacs: 1.63,
    macts: 8.04,
    weightsMib: 42.7,
    ms: [46.9, 88.1, 184.8, 341.6],
    memoryMib: [109, 122, 146, 200],
    loadMs: 131,
  },
  {
    name: 'resnet152',
    gmacs: 11.56,
    macts: 22.56,
    weightsMib: 229.6,
    ms: [220.1, 436.1, 890.6, 1754.8],
    memoryMib: [462, 462, 462, 462],
    loadMs: 544,
  },
  {
    name: 'resnet18',
    gmacs: 1.82,
    macts: 2.48,
    weightsMib: 44.6,
    ms: [35.0, 69.0, 139.6, 292.7],
    memoryMib: [140, 140, 144, 175],
    loadMs: 155,
  },
  {
    name: 'resnet50',
    gmacs: 4.11,
    macts: 11.11,
    weightsMib: 97.5,
    ms: [79.7, 157.5, 318.2, 610.1],
    memoryMib: [257, 257, 257, 298],
    loadMs: 288,
  },
  {
    name: 'swinv2_tiny_window8_256',
    gmacs: 5.96,
    macts: 24.57,
    weightsMib: 108.1,
    ms: [157.9, 316.5, 662.1, 1439.0],
    memoryMib: [222, 252, 315, 445],
    loadMs: 625,
  },
  {
    name: 'vit_base_patch16_224',
    gmacs: 17.58,
    macts: 23.9,
    weightsMib: 330.2,
    ms: [372.7, 760.3, 1445.5, 3204.0],
    memoryMib: [489, 504, 535, 595],
    loadMs: 921,
  },
  {
    name: 'vit_tiny_patch16_224',
    gmacs: 1.26,
    macts: 5.97,
    weightsMib: 21.8,
    ms: [29.7, 58.3, 116.5, 231.4],
    memoryMib: [68, 73, 83, 103],
    loadMs: 144,
  },
  {
    name: 'xcit_nano_12_p16_224',
    gmacs: 0.56,
    macts: 4.17,
    weightsMib: 11.6,
    ms: [16.6, 31.4, 59.9, 132.0],
    memoryMib: [56, 61, 70, 87],
    loadMs: 295,
  },
];
