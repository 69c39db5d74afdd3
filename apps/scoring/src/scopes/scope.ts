/** Whose results: those of one session, of one agency's people, of one cluster's sessions, or everybody's. */
export const SCOPE_KINDS = ['session', 'agency', 'cluster', 'all'] as const;
export type ScopeKind = (typeof SCOPE_KINDS)[number];

export interface Scope {
  readonly kind: ScopeKind;
  /** Session id, agency code or cluster number; `all` has the id `all`. */
  readonly id: string;
}

/** What decides whether somebody belongs to a scope. */
export interface ScopeMember {
  readonly sessionId: string;
  readonly agency: string;
  /** Cluster that the session was planned for, as text; null where no plan of the session is known. */
  readonly cluster: string | null;
}

/** An unknown cluster belongs to none; `mayCover` is for those who must not miss anybody. */
export function covers({ kind, id }: Scope, { sessionId, agency, cluster }: ScopeMember): boolean {
  switch (kind) {
    case 'all':
      return true;
    case 'session':
      return sessionId === id;
    case 'agency':
      return agency === id;
    case 'cluster':
      return cluster === id;
  }
}

/** True also where it is not known: what must not get out stays in until it is. */
export function mayCover(scope: Scope, member: ScopeMember): boolean {
  return covers(scope, member) || (scope.kind === 'cluster' && member.cluster === null);
}
