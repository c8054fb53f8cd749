/** Defined in the package for other projects. */
declare const PREBUILT_FUNCTIONS: string | undefined;

/** How the user of a command calls it: by npm in this project, and by npx where the package is installed. */
export function commandLine(command: string, npmOptions = ''): string {
  if (typeof PREBUILT_FUNCTIONS !== 'undefined') return `npx scalekit-api-keys-aws ${command}`;
  return ['npm run', npmOptions, command, '--'].filter(Boolean).join(' ');
}
