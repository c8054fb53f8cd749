import { runInNewContext } from 'node:vm';
import { z } from 'zod';
import type { Datapoint } from './emitted-metrics.ts';

const Dimensions = z.array(z.object({ Name: z.string(), Value: z.string() })).default([]);
const MetricRef = z.object({ Namespace: z.string(), MetricName: z.string(), Dimensions });

/** An alarm of a template with resolved references. */
export const AlarmProperties = z.object({
  AlarmActions: z.array(z.string()),
  AlarmDescription: z.string(),
  ComparisonOperator: z.literal('GreaterThanThreshold'),
  DatapointsToAlarm: z.number(),
  EvaluationPeriods: z.number(),
  Threshold: z.number(),
  TreatMissingData: z.literal('notBreaching'),
  Statistic: z.string().optional(),
  ExtendedStatistic: z.string().optional(),
  ...MetricRef.partial().shape,
  Metrics: z
    .array(
      z.object({
        Id: z.string(),
        Expression: z.string().optional(),
        ReturnData: z.boolean(),
        MetricStat: z.object({ Metric: MetricRef, Stat: z.string() }).optional(),
      }),
    )
    .default([]),
});
export type AlarmProperties = z.output<typeof AlarmProperties>;

/** Whether an alarm rings after periods with these datapoints. Missing data do not breach. */
export function rings(alarm: AlarmProperties, periods: readonly (readonly Datapoint[])[]): boolean {
  const breaching = periods
    .slice(-alarm.EvaluationPeriods)
    .map((period) => measured(alarm, period))
    .filter((value) => value !== undefined && Number.isFinite(value) && value > alarm.Threshold);
  return breaching.length >= alarm.DatapointsToAlarm;
}

function measured(alarm: AlarmProperties, period: readonly Datapoint[]): number | undefined {
  if (alarm.MetricName !== undefined)
    return statistic(MetricRef.parse(alarm), alarm.Statistic ?? alarm.ExtendedStatistic ?? '', period);
  const scope: Record<string, number | undefined> = {};
  for (const { Id, MetricStat } of alarm.Metrics)
    if (MetricStat) scope[Id] = statistic(MetricStat.Metric, MetricStat.Stat, period);
  const [{ Id, Expression } = { Id: '', Expression: '' }] = alarm.Metrics.filter(({ ReturnData }) => ReturnData);
  if (Expression === undefined) return scope[Id];
  // CloudWatch's arithmetic is a subset of JavaScript, plus functions. Unless filled, a metric without data makes it NaN.
  return runInNewContext(Expression, {
    ...Object.fromEntries(Object.entries(scope).map(([id, value]) => [id, value ?? Number.NaN])),
    FILL: (value: number, missing: number) => (Number.isNaN(value) ? missing : value),
    SERVICE_QUOTA: () => Number.NaN, // known only in a real AWS account
    IF: (condition: boolean, yes: number, no: number) => (condition ? yes : no),
  }) as number;
}

function statistic(metric: z.output<typeof MetricRef>, stat: string, period: readonly Datapoint[]): number | undefined {
  const wanted = JSON.stringify(metric.Dimensions.map(({ Name, Value }) => [Name, Value]).toSorted(byName));
  const values = period
    .filter(({ namespace, name }) => namespace === metric.Namespace && name === metric.MetricName)
    .filter(({ dimensions }) => JSON.stringify(Object.entries(dimensions).toSorted(byName)) === wanted)
    .flatMap((datapoint) => datapoint.values);
  if (values.length === 0) return undefined;
  if (stat === 'SampleCount') return values.length;
  if (stat === 'Sum') return values.reduce((sum, value) => sum + value, 0);
  if (stat === 'Maximum') return Math.max(...values);
  const [, percent] = /^p(\d+)$/.exec(stat) ?? [];
  if (percent === undefined) throw new Error(`the statistic ${stat} is not evaluated`);
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * Number(percent)) / 100))];
}

function byName([one = '']: string[], [other = '']: string[]): number {
  return one < other ? -1 : 1;
}
