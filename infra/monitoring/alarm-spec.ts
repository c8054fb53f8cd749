import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch';

export interface AlarmSpec {
  readonly id: string;
  readonly metric: IMetric;
  /** It rings above this value. */
  readonly above: number;
  /** The datapoints that must be above it, of this many periods. */
  readonly in: readonly [datapoints: number, periods: number];
  /** Missing data rings too. @default false */
  readonly ringsWithoutData?: boolean;
  /** What has happened, and what to do first. */
  readonly description: string;
}
