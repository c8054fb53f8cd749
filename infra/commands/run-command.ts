import { type Command, CommanderError } from 'commander';
import { ConfigError } from '../config.ts';
import { CommandFailure, type ExitCode, exitCodes } from './exit-codes.ts';

/** Runs a command line. An expected failure prints one message and sets its exit code; any other prints its stack. */
export async function runCommand(program: Command): Promise<void> {
  try {
    await program.parseAsync();
  } catch (error) {
    process.exitCode = exitCodeOf(error);
    if (error instanceof CommanderError) return; // commander has printed the reason
    const isExpected = error instanceof CommandFailure || error instanceof ConfigError;
    console.error(isExpected ? error.message : error);
  }
}

function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof CommandFailure) return error.exitCode;
  if (error instanceof ConfigError) return exitCodes.usage;
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
  return exitCodes.unexpected;
}
