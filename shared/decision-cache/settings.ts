/** How long decisions may be used, in seconds. */
export interface DecisionCacheSettings {
  /** 0 switches the cache off. */
  readonly cacheSeconds: number;
  /** How long decisions may be used while Scalekit is out; 0 switches this off. Only with the cache on. */
  readonly graceSeconds: number;
}

/** The largest allowed values: a mark must outlive every decision that it ends. */
const largest: DecisionCacheSettings = { cacheSeconds: 3_600, graceSeconds: 43_200 };

/** Throws if a setting is out of its range. */
export function requireSettings(settings: DecisionCacheSettings): DecisionCacheSettings {
  for (const name of ['cacheSeconds', 'graceSeconds'] as const) {
    const value = settings[name];
    if (!Number.isInteger(value) || value < 0 || value > largest[name])
      throw new Error(
        `${name} of the decision cache is ${value}; it must be a whole number from 0 to ${largest[name]}.`,
      );
  }
  return settings;
}
