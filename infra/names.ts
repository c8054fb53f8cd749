/** The path of the deployment's Scalekit credentials in SSM Parameter Store. */
export function parameterPath(stage: string): string {
  return `/scalekit/${stage}`;
}

/** The name of a stage's stack. */
export function stackName(stage: string): string {
  return `ApiKeys-${stage}`;
}
