import graphql from '@graphql-eslint/eslint-plugin';
import importX from 'eslint-plugin-import-x';
import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

/** Imports go one way: what a folder may reach, types included. */
const floors = [
  { from: './src/messages', except: ['messages'] },
  { from: './src/users', except: ['users'] },
  { from: './src/live', except: ['live', 'messages'] },
  { from: './src/environment', except: ['environment'] },
  { from: './src/telemetry', except: ['telemetry', 'users', 'config.ts'] },
  {
    from: './src/graphql',
    except: ['graphql', 'telemetry', 'environment', 'users', 'context.ts', 'errors.ts', 'rateLimit.ts'],
  },
  {
    from: './src/http',
    except: ['http', 'live', 'telemetry', 'users', 'auth.ts', 'ceiling.ts', 'errors.ts', 'rateLimit.ts'],
  },
  {
    from: './src/stream',
    except: ['stream', 'live', 'messages', 'telemetry', 'config.ts', 'clients.ts', 'process.ts', 'serverClock.ts'],
  },
];

const code = ['**/*.ts', '**/*.tsx', '**/*.js'];

export default tseslint.config(
  {
    ignores: [
      'dist',
      'bench/build',
      'coverage',
      '.data',
      'test-results',
      '**/cdk.out',
      'src/generated',
      'web/src/generated',
    ],
  },
  { files: code, extends: [tseslint.configs.strictTypeChecked] },
  {
    files: code,
    languageOptions: { parserOptions: { projectService: true } },
    plugins: { 'import-x': importX },
    settings: {
      ...importX.flatConfigs.typescript.settings,
      'import-x/resolver-next': [importX.createNodeResolver({ extensions: ['.ts', '.tsx', '.js'] })],
    },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // Overflows the stack on the types of a GraphQL document.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      'import-x/no-cycle': ['error', { ignoreExternal: true }],
      'import-x/order': ['error', { alphabetize: { order: 'asc' } }],
      'import-x/no-restricted-paths': [
        'error',
        {
          zones: [
            ...floors.map(({ from, except }) => ({
              target: from,
              from: './src',
              except: except.map((path) => `./${path}`),
            })),
            { target: './src', from: './scripts' },
            { target: ['./src', './scripts'], from: ['./test', './bench', './web', './infra'] },
            { target: './web', from: ['./src', './scripts', './test', './bench', './infra'] },
            { target: './infra', from: ['./scripts', './test', './bench', './web'] },
          ],
        },
      ],
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Only the doors hand process.env to src/config.ts.' },
      ],
    },
  },
  {
    files: [
      'src/main.ts',
      'src/lambda.ts',
      'src/stream/main.ts',
      'src/stream/lambda.ts',
      'scripts/**',
      'bench/**',
      'test/**',
      'web/vite.config.ts',
    ],
    rules: { 'no-restricted-properties': 'off' },
  },
  {
    files: ['web/src/**'],
    extends: [reactHooks.configs.flat['recommended-latest']],
    rules: {
      // The latest handlers and values for listeners that outlive a rendering.
      'react-hooks/refs': 'off',
    },
  },
  {
    files: ['web/src/**'],
    ignores: ['web/src/session/storage.ts'],
    rules: {
      'no-restricted-globals': [
        'error',
        ...['localStorage', 'sessionStorage', 'indexedDB', 'caches'].map((name) => ({
          name,
          message: 'What the browser keeps belongs to a user: web/src/session/storage.ts.',
        })),
      ],
    },
  },
  { files: ['**/*.js'], extends: [tseslint.configs.disableTypeChecked] },
  {
    files: ['schema.graphql'],
    languageOptions: { parser: graphql.parser, parserOptions: { graphQLConfig: { schema: 'schema.graphql' } } },
    plugins: { '@graphql-eslint': graphql },
    rules: {
      ...graphql.configs['flat/schema-recommended'].rules,
      ...graphql.configs['flat/schema-relay'].rules,
      // Lists of enums, payload errors and the two participants are no connections, and nodes are not refetched by id.
      '@graphql-eslint/relay-edge-types': ['error', { listTypeCanWrapOnlyEdgeType: false, shouldImplementNode: false }],
      // A description of one line stands in single quotes, a longer one in a block.
      '@graphql-eslint/description-style': 'off',
      '@graphql-eslint/require-description': [
        'error',
        {
          types: true,
          rootField: true,
          DirectiveDefinition: true,
          FieldDefinition: true,
          InputValueDefinition: true,
          EnumValueDefinition: true,
        },
      ],
      '@graphql-eslint/strict-id-in-types': [
        'error',
        {
          exceptions: {
            types: ['PageInfo'],
            suffixes: ['Payload', 'Error', 'Connection', 'Edge', 'Event', 'Settings'],
          },
        },
      ],
    },
  },
);
