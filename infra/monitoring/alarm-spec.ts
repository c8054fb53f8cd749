import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch';

export interface AlarmSpec {
  readonly id: string;
  readonly metric: IMetric;
  /** It rings above this. */
  readonly above: number;
  /** In so many of the last so many periods. */
  readonly in: readonly [datapoints: number, periods: number];
  /** No data rings too. @default false */
  readonly ringsWithoutData?: boolean;
  /** What has happened, and what to do first. */
  readonly description: string;
}
