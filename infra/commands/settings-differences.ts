/** One line for each setting that differs, as `  name: former → new`; one that is not there has no value. */
export function differences(
  former: Readonly<Record<string, unknown>>,
  settings: Readonly<Record<string, unknown>>,
): string[] {
  const names = [...new Set([...Object.keys(former), ...Object.keys(settings)])];
  const shown = (value: unknown) => (value === undefined ? '(none)' : JSON.stringify(value));
  return names
    .filter((name) => shown(former[name]) !== shown(settings[name]))
    .map((name) => `  ${name}: ${shown(former[name])} → ${shown(settings[name])}`);
}
