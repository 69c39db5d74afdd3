import { Worker, type WorkerOptions } from 'node:worker_threads';
import type { ClosingsBuilt, ClosingsTask } from './closings';

interface Waiting {
  resolve(built: ClosingsBuilt): void;
  reject(error: Error): void;
}

/** Builds closings in a thread of its own: hashing 32 answers a person would keep the services waiting. */
export class ClosingsThread {
  private readonly worker: Worker;
  private readonly waiting = new Map<number, Waiting>();
  private sent = 0;

  constructor(options: Pick<WorkerOptions, 'execArgv'> = {}) {
    this.worker = new Worker(require.resolve('./closings.worker'), options);
    this.worker.on('message', ({ number, built }: { readonly number: number; readonly built: ClosingsBuilt }) => {
      this.waiting.get(number)?.resolve(built);
      this.waiting.delete(number);
    });
    this.worker.on('error', (error: Error) => {
      for (const waiting of this.waiting.values()) waiting.reject(error);
    });
  }

  build(task: ClosingsTask): Promise<ClosingsBuilt> {
    const number = (this.sent += 1);
    return new Promise((resolve, reject) => {
      this.waiting.set(number, { resolve, reject });
      this.worker.postMessage({ number, task });
    });
  }

  async stop(): Promise<void> {
    await this.worker.terminate();
  }
}
