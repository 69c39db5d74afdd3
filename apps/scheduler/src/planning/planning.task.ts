/** A file as it was given: its name stands in refusals. */
export interface PlanningFile {
  readonly name: string;
  readonly text: string;
}

export interface PlanningFiles {
  readonly roster: PlanningFile;
  readonly sites: PlanningFile;
  readonly sessions: PlanningFile;
  readonly distances: PlanningFile;
}

/** Options as they were typed, so that no decimal is rounded on the way. */
export interface PlanningOptions {
  readonly agencyDayCap: string;
  readonly reserve: string;
  readonly accessFirst: boolean;
  /** A whole number. */
  readonly seed: string;
}

/** Sites that cannot be used from a date on. */
export interface LostSites {
  readonly lost: readonly string[];
  readonly from: string;
  /** The last such date; null: to the end of the window. */
  readonly until: string | null;
}

/** Sites that are lost to a plan. */
export interface LossRequest extends LostSites {
  readonly plan: PlanningFile;
  /** What the plan was made anew for before: those sites are still lost. */
  readonly earlier: readonly LostSites[];
}

/** All that a plan follows from; plain data, for another thread and for the file of stored inputs. */
export interface PlanningTask {
  readonly files: PlanningFiles;
  readonly options: PlanningOptions;
  readonly loss: LossRequest | null;
}

export interface PlanReport {
  readonly people: number;
  readonly placed: number;
  readonly unplaced: readonly { readonly personId: string; readonly reason: string }[];
  readonly totalKm: number;
  readonly worstAgencyDayShare: number;
  /** Beyond the optimum without a cap. */
  readonly extraKm: number;
  readonly inputHash: string;
  readonly seed: number;
  /** From parsed input to seats. */
  readonly seconds: number;
  /** People whose session was lost, and people who have another seat than before; of plans for a loss alone. */
  readonly displaced?: number;
  readonly moved?: number;
}

export interface PlanningResult {
  /** CSV: personId, sessionId, seat; by personId. */
  readonly plan: string;
  readonly report: PlanReport;
}

/** What a plan was made anew for, oldest first. */
export function lossesOf({ loss }: PlanningTask): LostSites[] {
  if (loss === null) return [];
  const { lost, from, until } = loss;
  return [...loss.earlier, { lost, from, until }];
}
