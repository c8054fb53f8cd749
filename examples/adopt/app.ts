import { App, Stack } from 'aws-cdk-lib';
import { LambdaIntegration, RestApi } from 'aws-cdk-lib/aws-apigateway';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { ApiKeyAuth } from 'scalekit-api-keys-aws/cdk';

// An app that has a REST API already, and puts keys in front of it.

const app = new App();
const stack = new Stack(app, 'Orders');

const restApi = new RestApi(stack, 'Api', { deployOptions: { stageName: 'live' } });
const orders = new LambdaFunction(stack, 'List', {
  runtime: Runtime.NODEJS_24_X,
  handler: 'backend.handler',
  code: Code.fromAsset('backend'),
});
restApi.root.addResource('orders').addMethod('GET', new LambdaIntegration(orders));

const auth = new ApiKeyAuth(stack, 'Keys', { restApi, stage: 'live' });
auth.protect(restApi.root);
auth.addOutputs();

app.synth();
