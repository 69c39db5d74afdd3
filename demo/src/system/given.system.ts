import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { DemoSystem } from './demo-system';
import { untilAnswers } from './readiness';

const run = promisify(execFile);

/** How to act on a system that runs elsewhere: whole commands, as one would type them. */
export interface GivenCommands {
  /** Runs the command line where the database can be reached; the words of a command are appended. */
  readonly cli: string;
  readonly kill: string;
  readonly restart: string;
}

/** A Petabakat that somebody else has started, and that goes on running afterwards. */
export class GivenSystem implements DemoSystem {
  readonly cliEnvironment = {};

  constructor(
    readonly url: string,
    private readonly commands: GivenCommands,
  ) {}

  get victim(): string {
    return `what \`${this.commands.kill}\` ends`;
  }

  get cliCommand(): readonly string[] {
    return this.commands.cli.split(' ');
  }

  get whereToLook(): readonly string[] {
    return [`the gateway listens on ${this.url}`];
  }

  start(): Promise<void> {
    return untilAnswers(this.url);
  }

  async kill(): Promise<void> {
    await runWords(this.commands.kill);
  }

  async restart(): Promise<void> {
    await runWords(this.commands.restart);
    await untilAnswers(this.url);
  }

  async stop(): Promise<void> {}
}

async function runWords(command: string): Promise<void> {
  const [program, ...words] = command.split(' ');
  await run(program!, words);
}
