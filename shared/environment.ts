/** Reads a variable of the function's environment; a missing one is our own misconfiguration, hence thrown. */
export function requireEnvironment(name: string): string {
  const value = process.env[name];
  if (!value)
    throw new Error(`The environment variable ${name} is not set; infra/ sets it on every function that needs it.`);
  return value;
}

/** Reads a whole number of milliseconds from the environment. */
export function millisecondsFromEnvironment(name: string): number {
  const text = requireEnvironment(name);
  const value = Number(text);
  if (!Number.isInteger(value) || value <= 0) {
    throw new Error(`The environment variable ${name} is "${text}", not a whole number of milliseconds above 0.`);
  }
  return value;
}
