import scalekit from '@scalekit-sdk/node';

// Creates, validates, lists and ends a key of an organization: npx node examples/sdks/node/keys.ts ORGANIZATION_ID

const env = (name: string): string => process.env[name] ?? fail(`${name} is not set`);
const organizationId = process.argv[2] ?? fail('Usage: keys.ts ORGANIZATION_ID');
const client = new scalekit.ScalekitClient(
  env('SCALEKIT_ENVIRONMENT_URL'),
  env('SCALEKIT_CLIENT_ID'),
  env('SCALEKIT_CLIENT_SECRET'),
);

const { token, tokenId } = await client.token.createToken(organizationId, {
  description: 'CI pipeline',
  customClaims: { scope: 'notes:read' },
});
console.log(`created ${tokenId}`); // `token` is the key itself. It is shown only now: store it as a secret.

const { tokenInfo } = await client.token.validateToken(token);
console.log(`valid for ${tokenInfo?.organizationId} with scope ${tokenInfo?.customClaims['scope']}`);

const { tokens } = await client.token.listTokens(organizationId, { pageSize: 30 });
console.log(`listed: ${tokens.some((one) => one.tokenId === tokenId)}`);

await client.token.invalidateToken(tokenId);
const isRefused = await client.token.validateToken(token).then(
  () => false,
  (error) => error instanceof scalekit.ScalekitValidateTokenFailureException,
);
console.log(`refused after its end: ${isRefused}`);

function fail(message: string): never {
  console.error(message);
  process.exit(2);
}
