import { cellAt } from '@app/bootstrap';
import { DomainError, type Problem } from '@app/contracts';
import type { PlanningFile } from './planning.task';

/** Beyond these a longer list helps nobody. */
const PROBLEMS_SHOWN_MAX = 100;

/** Collects what is wrong with several files, so that one refusal names it all. */
export class PlanningProblems {
  private readonly problems: Problem[] = [];

  add(file: PlanningFile, row: number, column: string, message: string): void {
    this.problems.push({ at: `${file.name}, ${cellAt(row, column)}`, message });
  }

  /** Reads a file; what is wrong with its cells is kept with the file's name, and no rows are returned. */
  collect<Rows>(file: PlanningFile, read: () => readonly Rows[]): readonly Rows[] {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof DomainError) || error.code !== 'file.invalid') throw error;
      for (const { at, message } of error.options.problems ?? []) {
        this.problems.push({ at: at === 'file' ? file.name : `${file.name}, ${at}`, message });
      }
      return [];
    }
  }

  /** @throws DomainError `plan.input-invalid` where anything was added */
  refuseIfAny(): void {
    if (this.problems.length === 0) return;
    const hidden = this.problems.length - PROBLEMS_SHOWN_MAX;
    const rest = hidden > 0 ? [{ at: 'files', message: `have ${hidden} more problems` }] : [];
    const problems = [...this.problems.slice(0, PROBLEMS_SHOWN_MAX), ...rest];
    throw new DomainError('plan.input-invalid', undefined, { problems });
  }
}

export function refusedOption(option: string, message: string): DomainError {
  return new DomainError('plan.option-invalid', undefined, { problems: [{ at: option, message }] });
}
