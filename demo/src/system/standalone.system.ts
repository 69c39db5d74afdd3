import { join } from 'node:path';
import type { DemoSystem } from './demo-system';
import { freePorts } from './free-ports';
import { NodeProcess } from './node-process';
import { built } from './project';
import { untilReady } from './readiness';

/** The embedded default: everything in one process, on a PostgreSQL of its own. */
export class StandaloneSystem implements DemoSystem {
  readonly victim = 'the whole system (one process)';
  private process: NodeProcess | null = null;

  private constructor(
    private readonly folder: string,
    private readonly port: number,
  ) {}

  static async prepare(folder: string): Promise<StandaloneSystem> {
    const [port] = await freePorts(1);
    return new StandaloneSystem(folder, port!);
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get cliEnvironment(): NodeJS.ProcessEnv {
    return { PETABAKAT_DATABASE_URL_FILE: join(this.dataFolder, 'database-url') };
  }

  get whereToLook(): readonly string[] {
    return [
      `data, secrets and logs: ${this.folder}`,
      ...(this.process && !this.process.hasEnded ? [`process ${this.process.pid} listens on ${this.url}`] : []),
    ];
  }

  async start(): Promise<void> {
    const environment = { PORT: String(this.port), PETABAKAT_DATA_FOLDER: this.dataFolder };
    this.process = NodeProcess.start(built('standalone'), environment, join(this.folder, 'standalone.log'));
    await untilReady('standalone', this.url, this.process);
  }

  async kill(): Promise<void> {
    await this.process?.kill();
  }

  restart(): Promise<void> {
    return this.start();
  }

  async stop(): Promise<void> {
    await this.process?.stop();
  }

  private get dataFolder(): string {
    return join(this.folder, 'data');
  }
}
