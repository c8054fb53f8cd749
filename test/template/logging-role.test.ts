import { expect, test } from 'vitest';
import { synthesizeProduct } from '../support/product.ts';

test('an account with a role for access logs keeps it, and both APIs still log', () => {
  const template = synthesizeProduct({ cloudWatchRole: 'false' });
  template.resourceCountIs('AWS::ApiGateway::Account', 0);
  expect(JSON.stringify(template.toJSON())).not.toContain('AmazonAPIGatewayPushToCloudWatchLogs');
  const stages = Object.values(template.findResources('AWS::ApiGateway::Stage'));
  expect(stages).toHaveLength(2);
  for (const { Properties } of stages) expect(Properties.AccessLogSetting).toBeDefined();
});
