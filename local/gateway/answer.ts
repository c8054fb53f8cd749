/** An answer on its way to the client. */
export interface GatewayAnswer {
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
  /** Whether the answer carries `X-Amzn-Trace-Id`: only one of a real integration does. */
  readonly traced: boolean;
}
