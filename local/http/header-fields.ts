/** Header fields in the order and spelling that they came in. */
export type HeaderFields = readonly (readonly [name: string, value: string])[];

/** Reads the fields of a Node request, duplicates and spelling included. */
export function headerFields(rawHeaders: readonly string[]): HeaderFields {
  return Array.from({ length: rawHeaders.length / 2 }, (_, index) => [
    rawHeaders[2 * index] ?? '',
    rawHeaders[2 * index + 1] ?? '',
  ]);
}

/** All values of a header, whatever its spelling. */
export function valuesOf(fields: HeaderFields, name: string): string[] {
  return fields.filter(([field]) => field.toLowerCase() === name.toLowerCase()).map(([, value]) => value);
}
