import { DomainError } from '@app/contracts';
import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { AttemptTokens } from '../attempts/attempt-tokens';
import type { StaffDirectory } from '../staff/staff-directory';
import { isStaffToken } from '../staff/staff-token';
import { assertSupervises } from '../staff/staff';
import type { AccessedRequest } from './access.decorators';
import { type AccessRule, accessRuleOf } from './access-rule';

export interface AccessOptions {
  /** Null in an app without routes for staff. */
  readonly staff: Pick<StaffDirectory, 'find'> | null;
  /** Null in an app without routes for participants. */
  readonly attemptTokens: AttemptTokens | null;
  readonly nowMs?: () => number;
}

/** Lets a request through only where its route's decorators say so. */
@Injectable()
export class AccessGuard implements CanActivate {
  private readonly reflector = new Reflector();
  /** Metadata do not change, and reading them takes longer than the rest of the guard. */
  private readonly rules = new WeakMap<Function, { readonly controller: Function; readonly rule: AccessRule }>();

  constructor(private readonly options: AccessOptions) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    // Batches of the log come from our own producers; what may be in them is checked record by record.
    if (context.getType() !== 'http') return true;
    const rule = this.ruleOf(context.getClass(), context.getHandler());
    if (rule.public) return true;
    const request = context.switchToHttp().getRequest<AccessedRequest>();
    const token = bearerTokenOf(request);
    if (isStaffToken(token)) await this.admitStaff(request, token, rule);
    else this.admitParticipant(request, token, rule);
    return true;
  }

  private ruleOf(controller: Function, handler: Function): AccessRule {
    const known = this.rules.get(handler);
    // Two controllers may have a handler in common that one of them has inherited.
    if (known?.controller === controller) return known.rule;
    const rule = accessRuleOf(this.reflector, controller, handler);
    this.rules.set(handler, { controller, rule });
    return rule;
  }

  private async admitStaff(request: AccessedRequest, token: string, rule: AccessRule): Promise<void> {
    const staff = await this.options.staff?.find(token);
    if (!staff) throw new DomainError('access.token-invalid');
    if (!rule.roles.some((role) => staff.roles.includes(role))) {
      throw new DomainError('access.role-missing', undefined, { extra: { roles: rule.roles } });
    }
    const sessionId = parameterOf(request, 'sessionId');
    if (sessionId !== undefined) assertSupervises(staff, sessionId);
    request.staff = staff;
  }

  private admitParticipant(request: AccessedRequest, token: string, rule: AccessRule): void {
    if (!this.options.attemptTokens) throw new DomainError('access.token-invalid');
    // The answer route's own hook has verified the token before it read the body.
    const claims = request.attempt ?? this.options.attemptTokens.verify(token, (this.options.nowMs ?? Date.now)());
    if (!rule.participant) throw new DomainError('access.role-missing', undefined, { extra: { roles: rule.roles } });
    if (parameterOf(request, 'attemptId') !== claims.attemptId) throw new DomainError('access.foreign-attempt');
    request.attempt = claims;
  }
}

function bearerTokenOf({ headers }: AccessedRequest): string {
  const { authorization } = headers;
  if (typeof authorization !== 'string' || authorization === '') throw new DomainError('access.token-missing');
  const token = /^Bearer +(\S+)$/i.exec(authorization)?.[1];
  if (token === undefined) throw new DomainError('access.token-invalid');
  return token;
}

function parameterOf({ params }: AccessedRequest, name: string): string | undefined {
  return (params as Readonly<Record<string, string | undefined>> | undefined)?.[name];
}
