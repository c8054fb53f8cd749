import { type MetricName, metricDimensions, metricNamespace, metricUnits } from './deployment.ts';
import { readEnvironment } from './environment.ts';

/** The most values of one metric that CloudWatch accepts in one line. */
const maxValues = 100;

const { deployment, code, missReason } = metricDimensions;

/** The metrics that are also counted per code, and the dimension of each. */
const codeDimensions: { readonly [K in MetricName]?: string } = {
  Denied: code,
  Outages: code,
  CacheMisses: missReason,
};

/** The metrics of one function. A function makes one instance and passes it to all code that measures. */
export interface Metrics {
  /** Records a value for the next log line with {@link take}. Of a metric's codes, only the last one in a line counts. */
  measure(name: MetricName, value?: number, code?: string): void;
  /**
   * Returns the recorded values as fields of one log line in CloudWatch's embedded metric format, and clears them. This costs no
   * call. Returns no fields if nothing was measured.
   */
  take(): Record<string, unknown>;
}

interface Measured {
  readonly values: number[];
  code?: string | undefined;
}

/** Makes metrics without values. */
export function createMetrics(): Metrics {
  const measured = new Map<MetricName, Measured>();
  return {
    measure(name, value = 1, code) {
      const known = measured.get(name) ?? { values: [] };
      measured.set(name, known);
      if (known.values.length < maxValues) known.values.push(value);
      known.code = code;
    },
    take() {
      const entries = [...measured];
      measured.clear();
      return entries.length === 0 ? {} : embedded(entries);
    },
  };
}

function embedded(entries: readonly (readonly [MetricName, Measured])[]): Record<string, unknown> {
  const directive = (dimensions: string[], names: MetricName[]) => ({
    Namespace: metricNamespace,
    Dimensions: [dimensions],
    Metrics: names.map((Name) => ({ Name, Unit: metricUnits[Name] })),
  });
  const names = entries.map(([name]) => name);
  const counted = entries.flatMap(([name, { code: value }]) => {
    const dimension = codeDimensions[name];
    return dimension === undefined || value === undefined ? [] : [{ name, dimension, value }];
  });
  return {
    _aws: {
      Timestamp: Date.now(),
      CloudWatchMetrics: [
        directive([deployment], names),
        ...counted.map(({ name, dimension }) => directive([deployment, dimension], [name])),
      ],
    },
    [deployment]: readEnvironment('METRICS_DEPLOYMENT'),
    ...Object.fromEntries(counted.map(({ dimension, value }) => [dimension, value])),
    ...Object.fromEntries(entries.map(([name, { values }]) => [name, values.length === 1 ? values[0] : values])),
  };
}
