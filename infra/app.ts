import { App } from 'aws-cdk-lib';
import { readParameters } from './parameters.ts';
import { CruddurStack } from './stack.ts';

const app = new App();
new CruddurStack(app, 'CruddurMessages', readParameters(app.node));
