import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { DomainError } from '@app/contracts';
import type { PlanningFile, PlanningTask } from '../../../scheduler/src/planning/planning.task';
import { inputHashOf } from '../../../scheduler/src/planning/planning.run';
import { readJsonFile, readTextFile, writeTextFile } from '../command-context';

/** What stands beside a plan so that anybody can make it again. */
interface StoredInputs {
  readonly inputHash: string;
  readonly task: PlanningTask;
}

export function readPlanningFile(path: string): PlanningFile {
  return { name: basename(path), text: readTextFile(path) };
}

/** A plan and, beside it, what it was made from. */
export function writePlan(path: string, plan: string, task: PlanningTask): void {
  const stored: StoredInputs = { inputHash: inputHashOf(task), task };
  writeTextFile(inputsPathOf(path), `${JSON.stringify(stored)}\n`);
  writeTextFile(path, plan);
}

/** @throws DomainError `plan.inputs-altered` where nothing is stored beside the plan, or something else than was */
export function readInputsOf(path: string): PlanningTask {
  const inputsPath = inputsPathOf(path);
  if (!existsSync(inputsPath)) {
    throw new DomainError('plan.inputs-altered', `The inputs of the plan are not there: ${inputsPath}.`);
  }
  const { inputHash, task } = readJsonFile(inputsPath) as Partial<StoredInputs>;
  if (!task || hashOrNull(task) !== inputHash) {
    throw new DomainError(
      'plan.inputs-altered',
      `The inputs in ${inputsPath} do not have the hash that they were stored with.`,
    );
  }
  return task;
}

export function inputsPathOf(path: string): string {
  return `${path}.inputs.json`;
}

/** Whatever was done to the file, it has no hash then. */
function hashOrNull(task: PlanningTask): string | null {
  try {
    return inputHashOf(task);
  } catch {
    return null;
  }
}
