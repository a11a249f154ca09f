// Recipes: the ways in which workers generate files of a trained model, and the variants that each file becomes.

/** Execution providers of ONNX Runtime that variants exist for. */
export const providers = ['cpu', 'webgpu', 'cuda', 'tensorrt'] as const;
export type Provider = (typeof providers)[number];

/**
 * Session options that make another variant of the same file. `no-prepacking` uses the weights where they are, without
 * a copy.
 */
export const sessionOptions = ['no-prepacking'] as const;
export type SessionOption = (typeof sessionOptions)[number];

/** Names of the recipes, in the order in which they are tried. */
const recipeNames = ['original', 'int8-dynamic', 'int8-static', 'int4', 'fp16', 'optimised', 'mapped'] as const;
export type RecipeName = (typeof recipeNames)[number];

/** Makes the batch of a model dynamic if it is fixed. The file replaces the trained model and adds no variants. */
export const dynamicBatch = 'dynamic-batch';

/** The files that workers generate. Each has an entry in the table of generators of `@pareto/models`. */
export type GeneratedRecipe = Exclude<RecipeName, 'original'> | typeof dynamicBatch;

export interface Recipe {
  readonly name: RecipeName;
  /** Providers for which the file becomes a variant, if the fleet has them. */
  readonly providers: readonly Provider[];
  /** Session options that each add a variant on the CPU. */
  readonly options: readonly SessionOption[];
  /** Arithmetic of the file. The outputs of integer arithmetic depend on the instruction set. */
  readonly arithmetic: 'float' | 'integer';
}

const table: Readonly<Record<RecipeName, Omit<Recipe, 'name'>>> = {
  // The trained model itself.
  original: { providers, options: [], arithmetic: 'float' },
  // Weights of MatMul and Gemm in int8. Inputs are quantised in each run.
  'int8-dynamic': { providers: ['cpu'], options: [], arithmetic: 'integer' },
  // Int8 throughout, with ranges calibrated on real samples.
  'int8-static': { providers: ['cpu'], options: [], arithmetic: 'integer' },
  // Weights of MatMul and Gemm in blocks of 4-bit numbers. Inputs are quantised in each run.
  int4: { providers: ['cpu', 'cuda', 'webgpu'], options: [], arithmetic: 'integer' },
  // Half precision.
  fp16: { providers, options: [], arithmetic: 'float' },
  // The graph as ONNX Runtime optimises it, saved ahead of loading.
  optimised: { providers: ['cpu'], options: [], arithmetic: 'float' },
  // Weights in a separate file, laid out for memory mapping.
  mapped: { providers: ['cpu'], options: ['no-prepacking'], arithmetic: 'float' },
};

/** All recipes, in the order in which they are tried. */
export const recipes: readonly Recipe[] = recipeNames.map((name) => ({ name, ...table[name] }));

/** Returns a recipe by its name, or undefined if there is none of this name. */
export const recipeOf = (name: string): Recipe | undefined => recipes.find((recipe) => recipe.name === name);
