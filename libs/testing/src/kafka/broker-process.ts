import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { GuardedProcess } from '../parts/guarded-process';

const run = promisify(execFile);

/** Small, and quick to start: a test's broker lives for seconds. 512 MB carry some 10,000 records a second. */
const JAVA_ARGUMENTS = ['-Xms256m', '-Xmx512m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];

export interface BrokerProcessOptions {
  readonly classPath: string;
  readonly clusterId: string;
  /** The cluster's folder; the broker makes its own in it. */
  readonly folder: string;
  readonly nodeId: number;
  readonly settings: (logFolder: string) => string;
}

/** One broker: a Java process with a folder, which can be killed, frozen and started again on the same data. */
export class BrokerProcess {
  private process: GuardedProcess | null = null;
  private readonly folder: string;
  private readonly settingsFile: string;

  constructor(private readonly options: BrokerProcessOptions) {
    this.folder = join(options.folder, `broker-${options.nodeId}`);
    this.settingsFile = join(this.folder, 'server.properties');
  }

  get isRunning(): boolean {
    return this.process !== null && !this.process.hasEnded;
  }

  async format(): Promise<void> {
    mkdirSync(this.folder, { recursive: true });
    writeFileSync(this.settingsFile, this.options.settings(join(this.folder, 'log')));
    const format = ['kafka.tools.StorageTool', 'format', '-t', this.options.clusterId, '-c', this.settingsFile];
    await run('java', [...JAVA_ARGUMENTS, '-cp', this.options.classPath, ...format]);
  }

  start(): void {
    if (this.isRunning) return;
    this.process = GuardedProcess.start({
      command: 'java',
      args: [...JAVA_ARGUMENTS, '-cp', this.options.classPath, 'kafka.Kafka', this.settingsFile],
      outputFile: join(this.folder, 'output.txt'),
      folder: this.options.folder,
    });
  }

  /** For waiting loops: a broker that has ended will never be ready. */
  assertAlive(): void {
    if (this.process?.hasEnded) throw new Error(this.process.describeEnd());
  }

  async kill(): Promise<void> {
    await this.process?.kill();
  }

  async stop(): Promise<void> {
    // A frozen process would not see SIGTERM.
    this.process?.signal('SIGCONT');
    await this.process?.stop();
  }

  freeze(): void {
    this.process?.signal('SIGSTOP');
  }

  unfreeze(): void {
    this.process?.signal('SIGCONT');
  }
}
