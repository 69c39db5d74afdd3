import { createProgram } from './program';
import { runCommand } from './run-command';

export interface CommandResult {
  readonly exitCode: number;
  readonly out: string;
  readonly error: string;
}

/** Runs one command as a shell would, with an environment of its own. */
export async function commandLine(words: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<CommandResult> {
  const out: string[] = [];
  const error: string[] = [];
  const surroundings = {
    env,
    streams: { out: (text: string) => void out.push(text), error: (text: string) => void error.push(text) },
  };
  const exitCode = await runCommand(createProgram(surroundings, words), words, surroundings);
  return { exitCode, out: out.join('\n'), error: error.join('\n') };
}
