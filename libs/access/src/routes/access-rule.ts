import type { Reflector } from '@nestjs/core';
import type { Role } from '../staff/roles';
import { PARTICIPANT_ROUTE, PUBLIC_ROUTE, STAFF_ROLES } from './access.decorators';

/** Who may call a route. A rule that is all empty lets nobody in. */
export interface AccessRule {
  readonly public: boolean;
  readonly participant: boolean;
  readonly roles: readonly Role[];
}

/** What stands on a method counts; only where nothing stands there, what stands on its class. */
export function accessRuleOf(reflector: Reflector, controller: Function, handler: Function): AccessRule {
  const own = ruleAt(reflector, handler);
  return isEmpty(own) ? ruleAt(reflector, controller) : own;
}

export function isEmpty(rule: AccessRule): boolean {
  return !rule.public && !rule.participant && rule.roles.length === 0;
}

function ruleAt(reflector: Reflector, target: Function): AccessRule {
  return {
    public: reflector.get<boolean | undefined>(PUBLIC_ROUTE, target as never) ?? false,
    participant: reflector.get<boolean | undefined>(PARTICIPANT_ROUTE, target as never) ?? false,
    roles: reflector.get<readonly Role[] | undefined>(STAFF_ROLES, target as never) ?? [],
  };
}
