import { Duration } from 'aws-cdk-lib';
import { type IMetric, MathExpression, type Metric } from 'aws-cdk-lib/aws-cloudwatch';

/** The sum of metrics. A missing value counts as 0. */
export function sumOf(metrics: readonly Metric[]): MathExpression {
  return expression(
    metrics.map((_metric, index) => `FILL(t${index}, 0)`).join(' + '),
    Object.fromEntries(metrics.map((metric, index) => [`t${index}`, metric])),
  );
}

/** Metric math with the period of its first metric. */
export function expression(text: string, usingMetrics: Record<string, IMetric>): MathExpression {
  const [first] = Object.values(usingMetrics);
  const period = (first as Metric).period ?? Duration.minutes(1);
  return new MathExpression({ expression: text, usingMetrics, period });
}
