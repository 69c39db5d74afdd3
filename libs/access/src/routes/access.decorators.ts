import { type ExecutionContext, SetMetadata, createParamDecorator } from '@nestjs/common';
import type { AttemptClaims } from '../attempts/attempt-tokens';
import type { Role } from '../staff/roles';
import type { Staff } from '../staff/staff';

export const PUBLIC_ROUTE = 'access: public';
export const STAFF_ROLES = 'access: roles';
export const PARTICIPANT_ROUTE = 'access: participant';

type RouteDecorator = ClassDecorator & MethodDecorator;

/** Anybody may call this route. */
export function Public(): RouteDecorator {
  return SetMetadata(PUBLIC_ROUTE, true);
}

/** Staff with one of these roles may call this route. */
export function Roles(...roles: [Role, ...Role[]]): RouteDecorator {
  return SetMetadata(STAFF_ROLES, roles);
}

/** The participant whose attempt `:attemptId` names may call this route. */
export function ForParticipant(): RouteDecorator {
  return SetMetadata(PARTICIPANT_ROUTE, true);
}

/** Whom the guard let through. */
export interface AccessedRequest {
  staff?: Staff;
  attempt?: AttemptClaims;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly params: unknown;
}

export const CurrentStaff = createParamDecorator((_: unknown, context: ExecutionContext): Staff | undefined => {
  return context.switchToHttp().getRequest<AccessedRequest>().staff;
});

export const CurrentAttempt = createParamDecorator(
  (_: unknown, context: ExecutionContext): AttemptClaims | undefined => {
    return context.switchToHttp().getRequest<AccessedRequest>().attempt;
  },
);
