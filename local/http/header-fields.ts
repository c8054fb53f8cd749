/** Header fields in their original order and spelling. */
export type HeaderFields = readonly (readonly [name: string, value: string])[];

/** Reads the fields of a Node request, with duplicates and in their original spelling. */
export function headerFields(rawHeaders: readonly string[]): HeaderFields {
  return Array.from({ length: rawHeaders.length / 2 }, (_, index) => [
    rawHeaders[2 * index] ?? '',
    rawHeaders[2 * index + 1] ?? '',
  ]);
}

/** All values of a header, whose name is case-insensitive. */
export function valuesOf(fields: HeaderFields, name: string): string[] {
  return fields.filter(([field]) => field.toLowerCase() === name.toLowerCase()).map(([, value]) => value);
}
