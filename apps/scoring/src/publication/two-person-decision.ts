import { DomainError } from '@app/contracts';

/** A proposal is confirmed within a day: later, what it rests on is another day's. */
export const PROPOSAL_VALID_MS = 24 * 60 * 60 * 1000;

export interface Proposal {
  readonly proposedBy: string | null;
  readonly proposedAt: Date | null;
}

/**
 * Whether this account may confirm now. Accounts count, not tokens: a second token of the same account is the same
 * person.
 *
 * @throws DomainError `decision.no-proposal`, `decision.second-person-needed`, `decision.expired`
 */
export function assertConfirmable({ proposedBy, proposedAt }: Proposal, account: string, nowMs: number): void {
  if (proposedBy === null || proposedAt === null) throw new DomainError('decision.no-proposal');
  if (proposedBy === account) throw new DomainError('decision.second-person-needed');
  if (nowMs - proposedAt.getTime() > PROPOSAL_VALID_MS) throw new DomainError('decision.expired');
}

/** Whether somebody has to propose (anew). */
export function isOpen({ proposedAt }: Proposal, nowMs: number): boolean {
  return proposedAt !== null && nowMs - proposedAt.getTime() <= PROPOSAL_VALID_MS;
}
