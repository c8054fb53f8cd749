// `npx scalekit-api-keys-aws secrets | keys`: the project's commands, for projects that install the package.

const commands: Readonly<Record<string, () => Promise<unknown>>> = {
  secrets: () => import('../infra/commands/secrets.ts'),
  keys: () => import('../infra/commands/keys.ts'),
};

const [name = ''] = process.argv.splice(2, 1);
const run = Object.hasOwn(commands, name) ? commands[name] : undefined;
if (run) await run();
else {
  console.error(`Usage: npx scalekit-api-keys-aws ${Object.keys(commands).join(' | ')} [options]
  secrets  stores the Scalekit credentials of a deployment
  keys     manages the keys of an organization
Options: npx scalekit-api-keys-aws keys --help`);
  process.exitCode = 2;
}
