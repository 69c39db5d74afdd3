export { type AttemptClaims, type AttemptTokenKey, AttemptTokens } from './attempts/attempt-tokens';
export { CurrentAttempt, CurrentStaff, ForParticipant, Public, Roles } from './routes/access.decorators';
export type { AccessRule } from './routes/access-rule';
export { AccessGuard, type AccessOptions } from './routes/access.guard';
export { type GuardedRoute, protectRoutes, routesOf } from './routes/protect-routes';
export { ROLES, type Role, isRole } from './staff/roles';
export { type Staff, assertSupervises } from './staff/staff';
export { type NewStaff, StaffDirectory, type StaffListing } from './staff/staff-directory';
