/** The unit of each metric; docs/production.md says what each tells. */
const units = {
  Allowed: 'Count',
  Denied: 'Count',
  Outages: 'Count',
  DecisionLatency: 'Milliseconds',
  UpstreamLatency: 'Milliseconds',
  UpstreamFailures: 'Count',
  CredentialsRefused: 'Count',
  KeysCreated: 'Count',
  KeysUpdated: 'Count',
  KeysRotated: 'Count',
  KeysRevoked: 'Count',
  AuditFailures: 'Count',
  CacheFlushes: 'Count',
  CacheFlushFailures: 'Count',
} as const;

export type MetricName = keyof typeof units;

/** What CloudWatch takes of one metric in one line. */
const maxValues = 100;

const measured = new Map<MetricName, number[]>();

/** Notes a value of a metric; the next line that is logged with {@link metricFields} carries it. */
export function measure(name: MetricName, value = 1): void {
  const values = measured.get(name);
  if (values === undefined) measured.set(name, [value]);
  else if (values.length < maxValues) values.push(value);
}

/**
 * Takes what was measured since the last time, as fields of a log line in CloudWatch's embedded metric format: that costs no
 * call, and no line of its own. What is named `byCode` is counted by its code too. Nothing where nothing was measured.
 */
export function metricFields(byCode: { readonly [K in MetricName]?: string } = {}): Record<string, unknown> {
  if (measured.size === 0) return {};
  const entries = [...measured];
  measured.clear();
  const directive = (dimensions: string[], names: MetricName[]) => ({
    Namespace: 'ApiKeys',
    Dimensions: [dimensions],
    Metrics: names.map((Name) => ({ Name, Unit: units[Name] })),
  });
  const [counted] = Object.entries(byCode) as [MetricName, string][];
  return {
    _aws: {
      Timestamp: Date.now(),
      CloudWatchMetrics: [
        directive(
          ['Deployment'],
          entries.map(([name]) => name),
        ),
        ...(counted ? [directive(['Deployment', 'Code'], [counted[0]])] : []),
      ],
    },
    Deployment: process.env['METRICS_DEPLOYMENT'],
    ...(counted ? { Code: counted[1] } : {}),
    ...Object.fromEntries(entries.map(([name, values]) => [name, values.length === 1 ? values[0] : values])),
  };
}
