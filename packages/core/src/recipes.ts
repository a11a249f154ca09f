// Recipes: the ways in which files are made of a trained model, and which variants become of each file.

import { originalRecipe } from './names.js';

/** ONNX Runtime's execution providers that variants are made for. */
export const providers = ['cpu', 'webgpu', 'cuda', 'tensorrt'] as const;
export type Provider = (typeof providers)[number];

/** Session options that make another variant of the same file. `no-prepacking`: weights stay where they are, and are not copied. */
export const sessionOptions = ['no-prepacking'] as const;
export type SessionOption = (typeof sessionOptions)[number];

export interface Recipe {
  readonly name: string;
  /** What it makes, for people. */
  readonly summary: string;
  /** Providers that a variant of its file is made for, where the fleet has them. */
  readonly providers: readonly Provider[];
  /** On the cpu, a further variant with each of these. */
  readonly options: readonly SessionOption[];
}

/** In the order in which they are tried. */
export const recipes: readonly Recipe[] = [
  { name: originalRecipe, summary: 'the trained model as it came', providers, options: [] },
  {
    name: 'int8-dynamic',
    summary: 'weights of MatMul and Gemm in int8, inputs quantised as they come',
    providers: ['cpu'],
    options: [],
  },
  {
    name: 'int8-static',
    summary: 'int8 throughout, ranges calibrated on real samples',
    providers: ['cpu'],
    options: [],
  },
  {
    name: 'int4',
    summary: 'weights of MatMul and Gemm in blocks of 4-bit numbers',
    providers: ['cpu', 'cuda', 'webgpu'],
    options: [],
  },
  { name: 'fp16', summary: 'half precision', providers, options: [] },
  { name: 'optimised', summary: 'the graph optimised ahead of loading', providers: ['cpu'], options: [] },
  {
    name: 'mapped',
    summary: 'weights beside the graph, laid out for memory mapping',
    providers: ['cpu'],
    options: ['no-prepacking'],
  },
];

/** Gives a model of a fixed batch a dynamic one; its file takes the place of the trained one. */
export const dynamicBatch = 'dynamic-batch';

export const recipeOf = (name: string): Recipe | undefined => recipes.find((recipe) => recipe.name === name);
