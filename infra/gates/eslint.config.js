/**
 * Owns: the lint rules that need types (promises that nobody awaits, switches that miss a case,
 * values of type any), the one reader of process.env, and what pure files may not touch.
 * Does not own: formatting and rules that need no types (biome.json), import directions
 * (dependency-cruiser.cjs).
 */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import tseslint from 'typescript-eslint';

const gates = dirname(fileURLToPath(import.meta.url));

const typedRules = {
  '@typescript-eslint/await-thenable': 'error',
  '@typescript-eslint/no-array-delete': 'error',
  '@typescript-eslint/no-base-to-string': 'error',
  '@typescript-eslint/no-deprecated': 'error',
  '@typescript-eslint/no-duplicate-type-constituents': 'error',
  '@typescript-eslint/no-floating-promises': 'error',
  '@typescript-eslint/no-for-in-array': 'error',
  '@typescript-eslint/no-implied-eval': 'error',
  '@typescript-eslint/no-misused-promises': 'error',
  '@typescript-eslint/no-redundant-type-constituents': 'error',
  '@typescript-eslint/no-unnecessary-type-assertion': 'error',
  '@typescript-eslint/no-unsafe-argument': 'error',
  '@typescript-eslint/no-unsafe-assignment': 'error',
  '@typescript-eslint/no-unsafe-call': 'error',
  '@typescript-eslint/no-unsafe-member-access': 'error',
  '@typescript-eslint/no-unsafe-return': 'error',
  '@typescript-eslint/no-unsafe-unary-minus': 'error',
  '@typescript-eslint/only-throw-error': 'error',
  '@typescript-eslint/prefer-promise-reject-errors': 'error',
  '@typescript-eslint/restrict-plus-operands': 'error',
  '@typescript-eslint/return-await': ['error', 'error-handling-correctness-only'],
  '@typescript-eslint/switch-exhaustiveness-check': [
    'error',
    { considerDefaultExhaustiveForUnions: true },
  ],
  '@typescript-eslint/use-unknown-in-catch-callback-variable': 'error',
};

const ENV_MESSAGE = 'Only shared/config/load.ts reads the environment; take the value as data.';
const environment = [
  {
    selector: 'MemberExpression[object.name="process"][property.name="env"]',
    message: ENV_MESSAGE,
  },
  {
    selector:
      'ImportDeclaration[source.value=/^(node:)?process$/] ImportSpecifier[imported.name="env"]',
    message: ENV_MESSAGE,
  },
];
const clockAndChance = [
  {
    selector: 'MemberExpression[object.name="Date"][property.name="now"]',
    message: 'Pure code has no clock: take the time from the record.',
  },
  {
    selector: 'NewExpression[callee.name="Date"][arguments.length=0]',
    message: 'Pure code has no clock: take the time from the record.',
  },
  {
    selector: 'MemberExpression[object.name="Math"][property.name="random"]',
    message: 'Pure code leaves nothing to chance: a replay must give the same bytes.',
  },
  {
    selector: 'AwaitExpression',
    message: 'Pure code does not wait: the runner does.',
  },
];

/** node:net holds pure functions on addresses, beside sockets. */
const addressesOnly = {
  name: 'node:net',
  allowImportNames: ['isIP', 'isIPv4', 'isIPv6', 'BlockList', 'SocketAddress'],
  message: 'Pure code opens no socket.',
};

/** Files of a worker that meet the outside; as in dependency-cruiser.cjs. */
const EDGES = [
  'main',
  'worker',
  'webhook',
  'server',
  'telemetry',
  'read-rules',
  'index-batch',
  'intake',
];
const edgeGlobs = [
  `**/services/*/{${EDGES.join(',')}}.ts`,
  '**/services/*/edge/*.ts',
  '**/services/*/*/edge/*.ts',
];

export default tseslint.config(
  { ignores: ['**/node_modules/**', '**/dist/**', '**/coverage/**', '**/data/**'] },
  {
    files: ['**/*.ts'],
    languageOptions: {
      parser: tseslint.parser,
      parserOptions: {
        project: [
          join(gates, 'tsconfig.check.json'),
          join(gates, 'known-bad/eslint/tsconfig.json'),
        ],
      },
    },
    plugins: { '@typescript-eslint': tseslint.plugin },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: typedRules,
  },
  {
    // What a test reads back (JSON, a reply) is judged by its assertions.
    files: ['**/test/**/*.ts'],
    rules: {
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
  {
    files: ['**/services/**/*.ts', '**/shared/**/*.ts', '**/schemas/**/*.ts'],
    ignores: ['**/shared/config/load.ts', '**/test/**'],
    rules: { 'no-restricted-syntax': ['error', ...environment] },
  },
  {
    files: ['**/shared/domain/**/*.ts', '**/shared/sketch/**/*.ts', '**/services/*/**/*.ts'],
    ignores: [...edgeGlobs, '**/services/cli/**', '**/test/**'],
    rules: {
      'no-restricted-syntax': ['error', ...environment, ...clockAndChance],
      'no-restricted-imports': ['error', { paths: [addressesOnly] }],
    },
  },
);
