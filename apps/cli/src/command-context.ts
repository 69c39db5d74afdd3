import { readFileSync, writeFileSync } from 'node:fs';
import { DomainError } from '@app/contracts';
import type { EventLog } from '@app/messaging';
import type { Command } from 'commander';
import { Console, type Streams } from './console/console';
import { ApiClient } from './http/api-client';

export interface CommandSurroundings {
  readonly env: NodeJS.ProcessEnv;
  readonly streams: Streams;
}

interface GlobalOptions {
  readonly url: string;
  readonly tokenFile?: string;
  readonly json?: boolean;
}

/** What every command works with; a service, the database or the log is opened only by the command that needs it. */
export class CommandContext {
  readonly console: Console;
  private readonly options: GlobalOptions;

  constructor(
    command: Command,
    private readonly surroundings: CommandSurroundings,
  ) {
    this.options = command.optsWithGlobals<GlobalOptions>();
    this.console = new Console(surroundings.streams, this.options.json ?? false);
  }

  get gatewayUrl(): string {
    return this.options.url.replace(/\/+$/, '');
  }

  api(): ApiClient {
    return new ApiClient(this.gatewayUrl, this.token());
  }

  /** @throws DomainError `config.invalid` */
  databaseUrl(): string {
    return this.services.configFrom(this.surroundings.env).databaseUrl;
  }

  /** @throws DomainError `config.invalid` */
  openLog(): Promise<EventLog> {
    return this.services.openLog(this.services.configFrom(this.surroundings.env));
  }

  /** With the frameworks of the services: a command that only talks HTTP does not wait for them. */
  private get services() {
    return require('./service-surroundings') as typeof import('./service-surroundings');
  }

  private token(): string {
    const { tokenFile } = this.options;
    const token = tokenFile ? readTextFile(tokenFile).trim() : this.surroundings.env.PETABAKAT_TOKEN;
    if (token) return token;
    throw new DomainError('access.token-missing', 'Give the token in PETABAKAT_TOKEN or with --token-file.');
  }
}

/** Reads a file that was named on the command line. */
export function readTextFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const problems = [{ at: path, message: 'cannot be read' }];
    throw new DomainError('request.invalid', `The file ${path} cannot be read.`, { problems, cause });
  }
}

/** Writes a file that was named on the command line. */
export function writeTextFile(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (cause) {
    throw new DomainError('file.unwritable', `The file ${path} cannot be written.`, { cause });
  }
}

export function readJsonFile(path: string): object {
  try {
    return JSON.parse(readTextFile(path)) as object;
  } catch (error) {
    if (error instanceof DomainError) throw error;
    throw new DomainError('request.invalid-json', `The file ${path} is not valid JSON.`);
  }
}
