import { parentPort } from 'node:worker_threads';
import { DomainError } from '@app/contracts';
import type { PlannerReply } from './planner.thread';
import { runPlanning } from './planning.run';
import type { PlanningTask } from './planning.task';

parentPort!.on('message', (task: PlanningTask) => parentPort!.postMessage(reply(task)));

/** An error of a class does not survive the way between threads; what it says does. */
function reply(task: PlanningTask): PlannerReply {
  try {
    return { result: runPlanning(task) };
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return { refusal: { code: error.code, message: error.message, problems: error.options.problems ?? [] } };
  }
}
