import { Worker, type WorkerOptions } from 'node:worker_threads';
import { DomainError, type ErrorCode, type Problem } from '@app/contracts';
import type { PlanningResult, PlanningTask } from './planning.task';

/** Planning 100,000 people takes seconds; whatever takes a minute is a mistake, or a machine under water. */
export const PLANNING_TIME_LIMIT_MS = 60_000;

export type PlannerReply =
  | { readonly result: PlanningResult }
  | { readonly refusal: { readonly code: ErrorCode; readonly message: string; readonly problems: readonly Problem[] } };

export interface PlannerThreadOptions {
  readonly timeLimitMs: number;
  /** How the thread is started; tests that run sources need their loader in it. */
  readonly thread?: Pick<WorkerOptions, 'execArgv'>;
}

/** Plans once, in a thread that ends with the plan. @throws DomainError `plan.*` */
export async function planInThread(
  task: PlanningTask,
  { timeLimitMs, thread }: PlannerThreadOptions,
): Promise<PlanningResult> {
  const planner = new PlannerThread(thread);
  try {
    return await planner.plan(task, timeLimitMs);
  } finally {
    await planner.stop();
  }
}

/**
 * Plans in a thread of its own, one task at a time, so that nothing else waits. The thread stays for the next task, since
 * loading it takes longer than most plans. Past the time limit it is ended: there is no plan then, not a worse one.
 */
export class PlannerThread {
  private worker: Worker | null = null;

  constructor(private readonly thread: PlannerThreadOptions['thread']) {}

  /** @throws DomainError `plan.*` */
  async plan(task: PlanningTask, timeLimitMs: number): Promise<PlanningResult> {
    try {
      const reply = await this.ask(task, timeLimitMs);
      if ('result' in reply) return reply.result;
      const { code, message, problems } = reply.refusal;
      throw new DomainError(code, message, { problems });
    } catch (error) {
      // Whatever it was doing, the next task gets a thread that does nothing else.
      await this.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    const { worker } = this;
    this.worker = null;
    await worker?.terminate();
  }

  private async ask(task: PlanningTask, timeLimitMs: number): Promise<PlannerReply> {
    const worker = (this.worker ??= this.start());
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise<PlannerReply>((resolve, reject) => {
        timer = setTimeout(() => reject(beyond(timeLimitMs)), timeLimitMs);
        worker.once('message', resolve);
        worker.once('error', reject);
        worker.once('exit', () => reject(new Error('the planning thread ended without a plan')));
        worker.ref();
        worker.postMessage(task);
      });
    } finally {
      clearTimeout(timer);
      // By name: the worker has listeners of its own, without which it hears nothing more.
      for (const event of ['message', 'error', 'exit']) worker.removeAllListeners(event);
      // A thread that waits for a task keeps no process alive.
      worker.unref();
    }
  }

  private start(): Worker {
    return new Worker(require.resolve('./planner.worker'), this.thread);
  }
}

function beyond(timeLimitMs: number): DomainError {
  return new DomainError('plan.time-limit', `There is no plan after ${timeLimitMs / 1000} seconds.`);
}
