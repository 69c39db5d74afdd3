import { type Command, CommanderError } from 'commander';
import type { CommandSurroundings } from './command-context';

const EXIT_DONE = 0;
const EXIT_REFUSED = 1;
/** What was typed is no command. */
const EXIT_USAGE = 2;

/** Runs what was typed. @returns the exit code: 0 done, 1 refused with a code, 2 not a command */
export async function runCommand(
  program: Command,
  words: readonly string[],
  { streams }: CommandSurroundings,
): Promise<number> {
  prepare(program, streams);
  try {
    await program.parseAsync(words, { from: 'user' });
    return EXIT_DONE;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_DONE : EXIT_USAGE;
    // Codes come with the schemas of events: only a refusal needs them.
    const { refusalOf, renderRefusal } = require('./console/refusal') as typeof import('./console/refusal');
    const refusal = refusalOf(error);
    streams.error(words.includes('--json') ? JSON.stringify(refusal, null, 2) : renderRefusal(refusal));
    return EXIT_REFUSED;
  }
}

/** Commander ends the process by itself unless every command is told not to. */
function prepare(command: Command, streams: CommandSurroundings['streams']): void {
  command.exitOverride().configureOutput({
    writeOut: (text) => streams.out(text.trimEnd()),
    writeErr: (text) => streams.error(text.trimEnd()),
  });
  for (const child of command.commands) prepare(child, streams);
}
