// The bans of the house style, and typescript-eslint's strict type-checked rules.
import js from '@eslint/js';
import tseslint from 'typescript-eslint';

const style = [
  { selector: 'ExportDefaultDeclaration', message: 'Named exports only.' },
  { selector: 'ExportAllDeclaration[exported=null]', message: 'Name what is exported.' },
  { selector: 'TSEnumDeclaration', message: 'Use a union of string literals.' },
];
const ambientTime = [
  { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: 'Take a Clock.' },
  {
    selector: "MemberExpression[object.name='AbortSignal'][property.name='timeout']",
    message: 'Take a Clock, and abort from its after().',
  },
];
const ambientProperties = [
  { object: 'Date', property: 'now', message: 'Take a Clock.' },
  { object: 'performance', property: 'now', message: 'Take a Clock.' },
  { object: 'process', property: 'hrtime', message: 'Take a Clock.' },
  { object: 'Math', property: 'random', message: 'Take an Rng.' },
];
const environment = [
  { object: 'process', property: 'env', message: "Only the service's config reads the environment." },
];
const timers = ['setTimeout', 'setInterval', 'setImmediate'].map((name) => ({ name, message: 'Take a Clock.' }));
const timerModules = ['timers', 'timers/promises', 'perf_hooks'].flatMap((name) => [name, `node:${name}`]);

export default tseslint.config(
  { ignores: ['**/dist/', '**/node_modules/', 'packages/rpc/src/gen/', '.cache/', 'coverage/', '.pareto*/'] },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { project: './tsconfig.lint.json', tsconfigRootDir: import.meta.dirname } },
    rules: {
      eqeqeq: 'error',
      'no-console': 'error',
      'no-restricted-syntax': ['error', ...style, ...ambientTime],
      'no-restricted-properties': ['error', ...ambientProperties, ...environment],
      'no-restricted-globals': ['error', ...timers],
      'no-restricted-imports': ['error', { paths: timerModules.map((name) => ({ name, message: 'Take a Clock.' })) }],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // Isolated declarations need some of them.
      '@typescript-eslint/no-inferrable-types': 'off',
      // Returning the result of a callback, and an empty function, are readable.
      '@typescript-eslint/no-confusing-void-expression': 'off',
      '@typescript-eslint/no-empty-function': 'off',
      // There are no enums (see `style`), and looking for them takes an eighth of the time.
      '@typescript-eslint/no-unsafe-enum-assignment': 'off',
      // An async function without await has a purpose: it rejects instead of throwing.
      '@typescript-eslint/require-await': 'off',
    },
  },
  {
    // The only real clock and the only real source of random numbers.
    files: ['packages/core/src/{clock,rng}.ts'],
    rules: { 'no-restricted-globals': 'off', 'no-restricted-properties': 'off' },
  },
  {
    files: ['packages/service/src/flags/config.ts'],
    rules: { 'no-restricted-properties': ['error', ...ambientProperties] },
  },
  { files: ['packages/cli/**', 'loadgen/**', 'examples/**'], rules: { 'no-console': 'off' } },
  {
    // Tests run real processes in real time, and assert on what is there.
    files: ['**/test/**/*.ts', 'packages/testkit/**/*.ts'],
    rules: {
      'no-restricted-syntax': ['error', ...style],
      'no-restricted-properties': 'off',
      'no-restricted-globals': 'off',
      'no-restricted-imports': 'off',
    },
  },
  {
    files: ['**/*.{js,mjs,cjs}'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        performance: 'readonly',
        setTimeout: 'readonly',
        AbortController: 'readonly',
        require: 'readonly',
        module: 'writable',
      },
    },
  },
);
