import { refusedOption } from '../../../scheduler/src/planning/planning.problems';

export interface CreateOptions {
  readonly roster: string;
  readonly sites: string;
  readonly sessions?: string;
  readonly distances: string;
  readonly agencyDayCap: string;
  readonly reserve: string;
  readonly accessFirst?: true;
  readonly seed: string;
  readonly out?: string;
  readonly report?: string;
  readonly timeLimit: number;
  readonly cluster?: number;
  readonly reason?: string;
  readonly from?: string;
  readonly until?: string;
  readonly form?: string;
}

export interface ReplanOptions {
  readonly lost: readonly string[];
  readonly from: string;
  readonly until?: string;
  readonly out?: string;
  readonly report?: string;
  readonly timeLimit: number;
  readonly cluster?: number;
  readonly reason?: string;
}

/** @throws DomainError `plan.option-invalid` where the way that was chosen needs the option */
export function given(value: string | undefined, option: string): string {
  if (value === undefined) throw refusedOption(option, 'must be given');
  return value;
}

export function notGiven(value: unknown, option: string): void {
  if (value !== undefined) throw refusedOption(option, 'does not go with --cluster');
}

export function sitesOf({ lost }: Pick<ReplanOptions, 'lost'>): string[] {
  return lost.flatMap((ids) => ids.split(',')).filter((id) => id !== '');
}
