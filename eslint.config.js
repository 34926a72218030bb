import importX from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';

/** Imports go one way: what a folder may not reach, types included. */
const floors = [
  { from: './src/messages', except: ['messages'] },
  { from: './src/users', except: ['users'] },
  { from: './src/stream', except: ['stream', 'messages', 'config.ts', 'clients.ts', 'logger.ts', 'process.ts'] },
];

export default tseslint.config(
  { ignores: ['dist', 'coverage', '.data', 'src/generated'] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true } },
    plugins: { 'import-x': importX },
    settings: {
      ...importX.flatConfigs.typescript.settings,
      'import-x/resolver-next': [importX.createNodeResolver({ extensions: ['.ts', '.js'] })],
    },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
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
            { target: ['./src', './scripts'], from: './test' },
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
    files: ['src/main.ts', 'src/stream/main.ts', 'src/stream/lambda.ts', 'scripts/**', 'test/**'],
    rules: { 'no-restricted-properties': 'off' },
  },
  { files: ['**/*.js'], extends: [tseslint.configs.disableTypeChecked] },
);
