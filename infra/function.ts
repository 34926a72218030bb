import { Duration } from 'aws-cdk-lib';
import type { SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Policy, PolicyDocument, type PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Runtime } from 'aws-cdk-lib/aws-lambda';
import { type BundlingOptions, NodejsFunction, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { ISOLATED } from './network.ts';
import { fromRoot, ROOT } from './paths.ts';
import { logStatement, networkDenial, networkStatements } from './rights.ts';

interface FunctionOptions {
  /** The file of the handler, from the root of the repository. */
  entry: string;
  /** What the code reads from the root of the repository. */
  files: string[];
  description: string;
  vpc: Vpc;
  caller: SecurityGroup;
  /** What the role may do, besides writing its log and being in the network. */
  statements: PolicyStatement[];
  environment: Record<string, string>;
  memoryMB: number;
  timeout: Duration;
}

/** Files are read from beside the folder of the code, and packages that are no modules call `require`. */
const BANNER = [
  `import { createRequire as createBundleRequire } from 'node:module';`,
  `const require = createBundleRequire(import.meta.url);`,
  `const bundleUrl = new URL('src/', import.meta.url).href;`,
].join('');

function bundlingWith(files: string[]): BundlingOptions {
  return {
    format: OutputFormat.ESM,
    target: 'node24',
    minify: true,
    sourceMap: true,
    sourcesContent: false,
    banner: BANNER,
    define: { 'import.meta.url': 'bundleUrl' },
    // The SDK of package-lock.json, not the one that the runtime has today.
    externalModules: [],
    commandHooks: {
      beforeBundling: (from, to) => files.map((file) => `cp ${from}/${file} ${to}`),
      beforeInstall: () => [],
      afterBundling: () => [],
    },
  };
}

/** A Lambda of one file, in the network, whose role may do what is listed and nothing else. */
export function createFunction(scope: Construct, id: string, options: FunctionOptions): NodejsFunction {
  const { entry, files, statements, memoryMB, caller, environment, ...rest } = options;
  const logGroup = new LogGroup(scope, `${id}Logs`, { retention: RetentionDays.ONE_MONTH });
  const role = new Role(scope, `${id}Role`, {
    assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    inlinePolicies: {
      Rights: new PolicyDocument({ statements: [...statements, logStatement(logGroup), ...networkStatements()] }),
    },
  });
  const lambda = new NodejsFunction(scope, id, {
    ...rest,
    entry: fromRoot(entry),
    projectRoot: ROOT,
    depsLockFilePath: fromRoot('package-lock.json'),
    runtime: Runtime.NODEJS_24_X,
    architecture: Architecture.ARM_64,
    bundling: bundlingWith(files),
    memorySize: memoryMB,
    vpcSubnets: ISOLATED,
    securityGroups: [caller],
    role: role.withoutPolicyUpdates(),
    logGroup,
    environment: { NODE_ENV: 'production', NODE_OPTIONS: '--enable-source-maps', ...environment },
  });
  // Apart from the role, which the function needs before it has an ARN.
  new Policy(scope, `${id}Denials`, { roles: [role], statements: [networkDenial(lambda)] });
  return lambda;
}
