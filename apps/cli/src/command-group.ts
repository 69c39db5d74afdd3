import type { Command } from 'commander';
import { CommandContext, type CommandSurroundings } from './command-context';

/** The body of a command: its context first, then its arguments in order, then its options. */
export type CommandBody<Arguments extends unknown[]> = (context: CommandContext, ...given: Arguments) => Promise<void>;

/** Adds the commands of one feature to the program. */
export type CommandGroup = (program: Command, surroundings: CommandSurroundings) => void;

/** Connects a body to commander, which calls actions with arguments, options and the command itself. */
export function action<Arguments extends unknown[]>(
  surroundings: CommandSurroundings,
  body: CommandBody<Arguments>,
): (...given: unknown[]) => Promise<void> {
  return (...given) => {
    const command = given.at(-1) as Command;
    return body(new CommandContext(command, surroundings), ...(given.slice(0, -1) as Arguments));
  };
}
