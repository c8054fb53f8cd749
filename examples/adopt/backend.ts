import { withCaller } from 'scalekit-api-keys-aws/caller';

/** Lists the orders of the caller's organization. */
export const handler = withCaller(async (_event, caller) => {
  const orders = await ordersOf(caller.organizationId);
  return { statusCode: 200, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(orders) };
});

async function ordersOf(organizationId: string): Promise<object[]> {
  return [{ orderId: '1', organizationId }]; // your database, filtered by the organization
}
