import type { CodegenConfig } from '@graphql-codegen/cli';

const config: CodegenConfig = {
  schema: 'schema.graphql',
  generates: {
    'src/generated/graphql.ts': {
      plugins: ['typescript', 'typescript-resolvers'],
      config: {
        contextType: '../context.ts#Context',
        importExtension: '.ts',
        mappers: {
          Message: '../messages/rows.ts#Message as MessageModel',
          MessageEvent: '../resolvers/subscription.ts#MessageEvent as MessageEventModel',
          MessageGroup: '../messages/rows.ts#MessageGroup as MessageGroupModel',
          User: '../users/users.ts#User as UserModel',
        },
        scalars: { DateTime: 'string', ID: { input: 'string', output: 'string' } },
        enumsAsTypes: true,
        useTypeImports: true,
        avoidOptionals: { field: true },
        defaultScalarType: 'never',
      },
    },
    'web/src/generated/': {
      preset: 'client',
      documents: 'web/src/api/*.ts',
      presetConfig: { fragmentMasking: { unmaskFunctionName: 'getFragmentData' } },
      config: {
        scalars: { DateTime: 'string', ID: { input: 'string', output: 'string' } },
        enumsAsTypes: true,
        useTypeImports: true,
        defaultScalarType: 'never',
      },
    },
  },
};

export default config;
