/** One line per setting that differs: `  name: former → new`. An absent setting is `(none)`. */
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
