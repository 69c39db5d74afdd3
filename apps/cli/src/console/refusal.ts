import { DomainError, ERROR_CODES, type Problem } from '@app/contracts';

/** Why a command was refused, by the service or by the command itself. */
export interface Refusal {
  readonly code: string;
  readonly detail: string;
  readonly problems?: readonly Problem[];
  readonly action?: string;
  /** Roles of which one is needed. */
  readonly roles?: readonly string[];
  readonly correlationId?: string;
}

/** A refusal of a service, as its problem document said it. */
export class ServiceRefusal extends Error {
  constructor(readonly refusal: Refusal) {
    super(refusal.detail);
    this.name = 'ServiceRefusal';
  }
}

export function refusalOf(error: unknown): Refusal {
  if (error instanceof ServiceRefusal) return error.refusal;
  if (error instanceof DomainError) {
    const { problems } = error.options;
    return { code: error.code, detail: error.message, ...(problems ? { problems } : {}), action: error.spec.action };
  }
  const detail = error instanceof Error ? error.message : String(error);
  return { code: 'service.internal', detail, action: ERROR_CODES['service.internal'].action };
}

export function renderRefusal(refusal: Refusal): string {
  const lines = [`refused: ${refusal.code}`, `  ${refusal.detail}`];
  for (const { at, message } of refusal.problems ?? []) lines.push(`  ${at}: ${message}`);
  if (refusal.roles) lines.push(`  roles: ${refusal.roles.join(', ')}`);
  if (refusal.action) lines.push(`  ${refusal.action}`);
  if (refusal.correlationId) lines.push(`  correlation id ${refusal.correlationId}`);
  return lines.join('\n');
}
