/** A running Petabakat that the demonstration may kill. */
export interface DemoSystem {
  /** Where participants and staff reach it. */
  readonly url: string;
  /** What is killed under load. */
  readonly victim: string;
  /** Lets the command line reach its database. */
  readonly cliEnvironment: NodeJS.ProcessEnv;
  /** Runs the command line; the words of a command are appended. The built one of this project where it is left out. */
  readonly cliCommand?: readonly string[];
  /** Paths and addresses for whoever wants to look closer. */
  readonly whereToLook: readonly string[];
  start(): Promise<void>;
  /** SIGKILL: no warning, no cleaning up. */
  kill(): Promise<void>;
  /** The same again on the same data, until it is ready. */
  restart(): Promise<void>;
  /** In order; whatever runs. */
  stop(): Promise<void>;
}
