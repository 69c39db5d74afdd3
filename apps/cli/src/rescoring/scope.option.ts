import { InvalidArgumentError } from 'commander';

export interface ScopeOption {
  readonly kind: 'session' | 'agency' | 'cluster' | 'all';
  readonly id: string;
}

export const SCOPE_HELP = 'whose results: all, session:<id>, agency:<code> or cluster:<number>';

export function parseScope(text: string): ScopeOption {
  if (text === 'all') return { kind: 'all', id: 'all' };
  const [, kind, id] = /^(session|agency|cluster):([A-Za-z0-9][A-Za-z0-9._-]{0,63})$/.exec(text) ?? [];
  if (!kind || !id) throw new InvalidArgumentError('Give all, session:<id>, agency:<code> or cluster:<number>.');
  return { kind: kind as ScopeOption['kind'], id };
}
