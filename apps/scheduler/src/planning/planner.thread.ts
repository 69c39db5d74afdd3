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

/**
 * Plans in a thread of its own, so that nothing else waits. Past the time limit the thread is ended: there is no plan
 * then, not a worse one.
 *
 * @throws DomainError `plan.*`
 */
export async function planInThread(
  task: PlanningTask,
  { timeLimitMs, thread }: PlannerThreadOptions,
): Promise<PlanningResult> {
  const worker = new Worker(require.resolve('./planner.worker'), { ...thread, workerData: task });
  let timer: NodeJS.Timeout | undefined;
  try {
    const reply = await new Promise<PlannerReply>((resolve, reject) => {
      timer = setTimeout(() => reject(beyond(timeLimitMs)), timeLimitMs);
      worker.once('message', resolve);
      worker.once('error', reject);
      worker.once('exit', () => reject(new Error('the planning thread ended without a plan')));
    });
    if ('result' in reply) return reply.result;
    const { code, message, problems } = reply.refusal;
    throw new DomainError(code, message, { problems });
  } finally {
    clearTimeout(timer);
    await worker.terminate();
  }
}

function beyond(timeLimitMs: number): DomainError {
  return new DomainError('plan.time-limit', `There is no plan after ${timeLimitMs / 1000} seconds.`);
}
