import { DomainError } from '@app/contracts';
import type { ExecutionContext } from '@nestjs/common';
import { AttemptTokens } from '../attempts/attempt-tokens';
import type { Role } from '../staff/roles';
import type { Staff } from '../staff/staff';
import { type AccessedRequest, ForParticipant, Public, Roles } from './access.decorators';
import { AccessGuard } from './access.guard';

class Routes {
  @Public() open(): void {}
  @ForParticipant() mine(): void {}
  @Roles('supervisor', 'operations') run(): void {}
  @ForParticipant() @Roles('supervisor') read(): void {}
  silent(): void {}
}

@Roles('analyst')
class AnalystRoutes {
  results(): void {}
  @Public() open(): void {}
}

const ACCOUNTS: Record<string, Staff> = {
  'pbk_ops.x': { account: 'ops', roles: ['operations'], sessions: 'all' },
  'pbk_sup.x': { account: 'sup', roles: ['supervisor'], sessions: ['s-1'] },
  'pbk_analyst.x': { account: 'analyst', roles: ['analyst' satisfies Role], sessions: 'all' },
};
const tokens = new AttemptTokens([{ kid: 'k', secret: Buffer.alloc(32, 7) }]);
const participant = tokens.issue({ attemptId: 'a-1', epoch: 1, sessionId: 's-1', expiresAtMs: 1_000_000 });
const guard = new AccessGuard({
  staff: { find: (token) => Promise.resolve(ACCOUNTS[token] ?? null) },
  attemptTokens: tokens,
  nowMs: () => 0,
});

interface Call {
  readonly controller?: Function;
  readonly handler: string;
  readonly authorization?: string;
  readonly params?: Record<string, string>;
  readonly type?: string;
}

function contextOf({ controller = Routes, handler, authorization, params = {}, type = 'http' }: Call) {
  const request: AccessedRequest = { headers: { authorization }, params };
  const context = {
    getType: () => type,
    getClass: () => controller,
    getHandler: () => (controller.prototype as Record<string, Function>)[handler],
    switchToHttp: () => ({ getRequest: () => request }),
  } as unknown as ExecutionContext;
  return { context, request };
}

async function codeOf(call: Call): Promise<string> {
  try {
    return String(await guard.canActivate(contextOf(call).context));
  } catch (error) {
    if (error instanceof DomainError) return error.code;
    throw error;
  }
}

const attempt = { attemptId: 'a-1' };

describe('the access guard', () => {
  test.each<[string, Call, string]>([
    ['a public route needs no token', { handler: 'open' }, 'true'],
    [
      'a route without a rule lets no staff in',
      { handler: 'silent', authorization: 'Bearer pbk_ops.x' },
      'access.role-missing',
    ],
    [
      'a route without a rule lets no participant in',
      { handler: 'silent', authorization: `Bearer ${participant}`, params: attempt },
      'access.role-missing',
    ],
    ['no header', { handler: 'run' }, 'access.token-missing'],
    ['another scheme', { handler: 'run', authorization: 'Basic x' }, 'access.token-invalid'],
    ['an unknown staff token', { handler: 'run', authorization: 'Bearer pbk_nobody.x' }, 'access.token-invalid'],
    ['staff with a role of the route', { handler: 'run', authorization: 'bearer pbk_ops.x' }, 'true'],
    [
      'staff without a role of the route',
      { handler: 'run', authorization: 'Bearer pbk_analyst.x' },
      'access.role-missing',
    ],
    [
      'a supervisor in the own session',
      { handler: 'run', authorization: 'Bearer pbk_sup.x', params: { sessionId: 's-1' } },
      'true',
    ],
    [
      'a supervisor in another session',
      { handler: 'run', authorization: 'Bearer pbk_sup.x', params: { sessionId: 's-2' } },
      'access.foreign-session',
    ],
    [
      'the participant of the attempt',
      { handler: 'mine', authorization: `Bearer ${participant}`, params: attempt },
      'true',
    ],
    [
      'the participant of another attempt',
      { handler: 'mine', authorization: `Bearer ${participant}`, params: { attemptId: 'a-2' } },
      'access.foreign-attempt',
    ],
    [
      'a participant on a route of staff',
      { handler: 'run', authorization: `Bearer ${participant}`, params: attempt },
      'access.role-missing',
    ],
    [
      'staff on a route of participants',
      { handler: 'mine', authorization: 'Bearer pbk_ops.x', params: attempt },
      'access.role-missing',
    ],
    ['staff on a route of both', { handler: 'read', authorization: 'Bearer pbk_sup.x', params: attempt }, 'true'],
    [
      'a participant on a route of both',
      { handler: 'read', authorization: `Bearer ${participant}`, params: attempt },
      'true',
    ],
    [
      'a rule of the class holds for its routes',
      { controller: AnalystRoutes, handler: 'results', authorization: 'Bearer pbk_ops.x' },
      'access.role-missing',
    ],
    ['a rule of a method replaces that of its class', { controller: AnalystRoutes, handler: 'open' }, 'true'],
    ['a batch of the log needs no token', { handler: 'silent', type: 'rpc' }, 'true'],
  ])('%s', async (_, call, outcome) => {
    expect(await codeOf(call)).toBe(outcome);
  });

  test('the request carries whom the guard let through', async () => {
    const staffCall = contextOf({ handler: 'run', authorization: 'Bearer pbk_ops.x' });
    await guard.canActivate(staffCall.context);
    expect(staffCall.request.staff?.account).toBe('ops');
    const participantCall = contextOf({ handler: 'mine', authorization: `Bearer ${participant}`, params: attempt });
    await guard.canActivate(participantCall.context);
    expect(participantCall.request.attempt?.epoch).toBe(1);
  });

  test('a missing role names the roles that may', async () => {
    const { context } = contextOf({ handler: 'run', authorization: 'Bearer pbk_analyst.x' });
    await expect(guard.canActivate(context)).rejects.toMatchObject({
      options: { extra: { roles: ['supervisor', 'operations'] } },
    });
  });
});
