import { z } from 'zod';

/** One value of a metric, as CloudWatch would store it. */
export interface Datapoint {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly values: readonly number[];
}

const Directive = z.strictObject({
  Namespace: z.string(),
  Dimensions: z.array(z.array(z.string()).max(30)),
  Metrics: z
    .array(z.strictObject({ Name: z.string(), Unit: z.enum(['Count', 'Milliseconds']) }))
    .min(1)
    .max(100),
});

/** A log line in the embedded metric format. */
const Embedded = z.looseObject({
  _aws: z.strictObject({ Timestamp: z.int(), CloudWatchMetrics: z.array(Directive).min(1) }),
});

const Values = z.union([z.number().transform((value) => [value]), z.array(z.number()).min(1).max(100)]);

/** The metrics in a function's log. Throws for a line that CloudWatch would not accept. */
export function embeddedMetrics(log: string): Datapoint[] {
  return jsonLines(log)
    .filter((line) => '_aws' in line)
    .flatMap((line) => {
      const { _aws, ...fields } = Embedded.parse(line);
      return _aws.CloudWatchMetrics.flatMap(({ Namespace, Dimensions, Metrics }) =>
        Dimensions.flatMap((names) =>
          Metrics.map(({ Name }) => ({
            namespace: Namespace,
            name: Name,
            dimensions: Object.fromEntries(names.map((name) => [name, z.string().min(1).parse(fields[name])])),
            values: Values.parse(fields[Name]),
          })),
        ),
      );
    });
}

/** The metrics that API Gateway itself emits for the requests in an access log. */
export function gatewayMetrics(log: string, dimensions: Readonly<Record<string, string>>): Datapoint[] {
  const statuses = jsonLines(log).map(({ status }) => Number(status));
  const of = (name: string, values: number[]) => ({ namespace: 'AWS/ApiGateway', name, dimensions, values });
  return [
    of(
      'Count',
      statuses.map(() => 1),
    ),
    of(
      '5XXError',
      statuses.map((status) => (status >= 500 ? 1 : 0)),
    ),
  ];
}

/** The metrics that SQS itself emits for a stack's messages that a function has received but not handled. */
export function queueMetrics(messages: readonly { readonly queue: string }[], stackName: string): Datapoint[] {
  return [...Map.groupBy(messages, ({ queue }) => queue)].map(([queue, of]) => ({
    namespace: 'AWS/SQS',
    name: 'ApproximateNumberOfMessagesNotVisible',
    dimensions: { QueueName: `${stackName}-${queue}` },
    values: [of.length],
  }));
}

function jsonLines(log: string): Record<string, unknown>[] {
  return log
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
