import { DomainError } from '@app/contracts';
import type { Role } from './roles';

/** A member of staff as a request shows them: a named account, never a person's name. */
export interface Staff {
  readonly account: string;
  readonly roles: readonly Role[];
  /** The sessions that the account may touch. */
  readonly sessions: readonly string[] | 'all';
}

/** Refuses `access.foreign-session`; for routes on which the session follows from something else than the path. */
export function assertSupervises(staff: Staff, sessionId: string): void {
  if (staff.sessions !== 'all' && !staff.sessions.includes(sessionId)) throw new DomainError('access.foreign-session');
}
