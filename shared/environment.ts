import type { FunctionVariable } from './deployment.ts';

/** Variables that Lambda itself sets. */
type LambdaVariable = 'AWS_REGION' | 'AWS_ACCESS_KEY_ID' | 'AWS_SECRET_ACCESS_KEY';

/** A variable of the function's environment; `undefined` if it is not set. */
export function readEnvironment(name: FunctionVariable): string | undefined {
  return process.env[name];
}

/** Reads a variable of the function's environment. Throws if it is missing, because that is our own misconfiguration. */
export function requireEnvironment(name: FunctionVariable | LambdaVariable): string {
  const value = process.env[name];
  if (!value)
    throw new Error(`The environment variable ${name} is not set; infra/ sets it on every function that needs it.`);
  return value;
}

/** Reads a whole number of milliseconds from the environment. */
export function millisecondsFromEnvironment(name: FunctionVariable): number {
  return positive(name, requireEnvironment(name), 'a whole number of milliseconds above 0');
}

/** Reads a limit from the environment; `undefined` if none is set. Throws if it is not a number, which would limit nothing. */
export function limitFromEnvironment(name: FunctionVariable): number | undefined {
  const text = readEnvironment(name);
  return text === undefined ? undefined : positive(name, text, 'a whole number above 0');
}

function positive(name: FunctionVariable, text: string, allowed: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value <= 0)
    throw new Error(`The environment variable ${name} is "${text}", not ${allowed}.`);
  return value;
}
