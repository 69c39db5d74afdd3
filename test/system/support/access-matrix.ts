import { ROLES, type Role } from '@app/access';
import { type Staff, call } from './test-platform';

type Access = 'public' | readonly ('participant' | Role)[];

/**
 * Who may call what: the whole of it, written by hand. A route that is not here, or that lets in somebody else, fails
 * the tests of both compositions.
 */
export const ACCESS_MATRIX: readonly (readonly [method: string, path: string, access: Access])[] = [
  ['GET', '/contracts/:type/:version', 'public'],
  ['GET', '/openapi.json', 'public'],
  ['GET', '/v1/agencies', ['operations', 'analyst', 'rollout-officer']],
  ['GET', '/v1/agencies/:code', ['operations', 'analyst', 'rollout-officer']],
  ['GET', '/v1/agencies/editions', ['operations', 'analyst', 'rollout-officer']],
  ['GET', '/v1/attempts/:attemptId', ['participant']],
  ['GET', '/v1/attempts/:attemptId/dead-letters', ['operations']],
  ['GET', '/v1/attempts/:attemptId/form', ['participant']],
  ['GET', '/v1/clusters', ['operations', 'analyst', 'rollout-officer']],
  ['GET', '/v1/clusters/:number', ['operations', 'analyst', 'rollout-officer']],
  ['GET', '/v1/clusters/:number/people', ['operations', 'rollout-officer']],
  ['GET', '/v1/clusters/:number/resits', ['rollout-officer', 'operations']],
  ['GET', '/v1/clusters/gates', ['operations', 'analyst', 'rollout-officer']],
  ['GET', '/v1/keys', 'public'],
  ['GET', '/v1/packages', ['analyst', 'operations']],
  ['GET', '/v1/packages/:packageId/:version', ['analyst', 'operations']],
  ['GET', '/v1/participants/pseudonyms', ['operations', 'participant-support']],
  ['GET', '/v1/plan/clusters/:number/plans', ['operations', 'rollout-officer']],
  ['GET', '/v1/plan/clusters/:number/plans/:version', ['operations', 'rollout-officer']],
  ['GET', '/v1/plan/clusters/:number/plans/:version/difference/:other', ['operations', 'rollout-officer']],
  ['GET', '/v1/plan/clusters/:number/plans/:version/seats', ['operations', 'rollout-officer']],
  ['GET', '/v1/plan/sessions', ['operations', 'rollout-officer']],
  ['GET', '/v1/plan/sessions/:sessionId/seats', ['operations', 'rollout-officer']],
  ['GET', '/v1/progress', ['operations', 'analyst', 'rollout-officer']],
  ['GET', '/v1/progress/burn-up', ['operations', 'analyst', 'rollout-officer']],
  ['GET', '/v1/progress/eligibility', ['operations', 'analyst', 'rollout-officer']],
  ['GET', '/v1/progress/eligibility/:analyticsId', ['operations', 'analyst', 'rollout-officer']],
  ['GET', '/v1/progress/page', ['operations', 'analyst', 'rollout-officer']],
  ['GET', '/v1/results', ['analyst', 'operations']],
  ['GET', '/v1/results/attempts/:attemptId', ['analyst', 'operations']],
  ['GET', '/v1/results/pending', ['analyst', 'operations']],
  ['GET', '/v1/sessions/:sessionId', ['supervisor', 'participant-support', 'operations']],
  ['GET', '/v1/sessions/:sessionId/attempts', ['supervisor', 'operations']],
  ['GET', '/v1/sessions/:sessionId/attempts/:attemptId', ['supervisor', 'operations']],
  ['GET', '/v1/targets', ['operations', 'analyst', 'rollout-officer']],
  ['GET', '/v1/targets/:targetId/forecast', ['operations', 'analyst', 'rollout-officer']],
  ['GET', '/v1/targets/published-totals', ['operations', 'analyst', 'rollout-officer']],
  ['POST', '/v1/agencies', ['operations', 'rollout-officer']],
  ['POST', '/v1/agencies/editions', ['rollout-officer']],
  ['POST', '/v1/agencies/memberships', ['operations', 'rollout-officer']],
  ['POST', '/v1/agencies/sources', ['operations', 'rollout-officer']],
  ['POST', '/v1/attempts/:attemptId/answers', ['participant']],
  ['POST', '/v1/attempts/:attemptId/dead-letters/:offset/dismiss', ['operations']],
  ['POST', '/v1/attempts/:attemptId/dead-letters/:offset/replay', ['operations']],
  ['POST', '/v1/attempts/:attemptId/start', ['participant']],
  ['POST', '/v1/attempts/:attemptId/submit', ['participant']],
  ['POST', '/v1/clusters', ['operations', 'rollout-officer']],
  ['POST', '/v1/clusters/:number/confirmations', ['rollout-officer', 'operations']],
  ['POST', '/v1/clusters/:number/hold', ['rollout-officer', 'operations']],
  ['POST', '/v1/clusters/:number/preparation', ['rollout-officer']],
  ['POST', '/v1/clusters/:number/proposals', ['rollout-officer']],
  ['POST', '/v1/clusters/:number/rollbacks', ['rollout-officer', 'operations']],
  ['POST', '/v1/clusters/attestations', ['operations', 'rollout-officer']],
  ['POST', '/v1/clusters/gates', ['rollout-officer']],
  ['POST', '/v1/clusters/ramps', ['rollout-officer']],
  ['POST', '/v1/forms', ['operations']],
  ['POST', '/v1/logins', 'public'],
  ['POST', '/v1/packages', ['analyst', 'operations']],
  ['POST', '/v1/participants/:participantNumber/withdraw', ['operations', 'participant-support']],
  ['POST', '/v1/participants/import', ['operations', 'participant-support']],
  ['POST', '/v1/plan/clusters/:number/plans', ['operations', 'rollout-officer']],
  ['POST', '/v1/plan/clusters/:number/plans/:version/in-force', ['operations', 'rollout-officer']],
  ['POST', '/v1/plan/clusters/:number/plans/:version/replanning', ['operations', 'rollout-officer']],
  ['POST', '/v1/plan/clusters/:number/plans/:version/verification', ['operations', 'rollout-officer']],
  ['POST', '/v1/plan/seats', ['operations']],
  ['POST', '/v1/plan/sessions', ['operations']],
  ['POST', '/v1/plan/sessions/:sessionId/cancellation', ['operations']],
  ['POST', '/v1/progress/eligibility/decisions', ['rollout-officer']],
  ['POST', '/v1/progress/eligibility/rules', ['rollout-officer']],
  ['POST', '/v1/progress/dismissals', ['operations']],
  ['POST', '/v1/sessions/:sessionId/attempts/:attemptId/accept-older-epoch', ['supervisor', 'operations']],
  ['POST', '/v1/sessions/:sessionId/attempts/:attemptId/credit', ['supervisor', 'operations']],
  ['POST', '/v1/sessions/:sessionId/attempts/:attemptId/finish', ['supervisor', 'operations']],
  ['POST', '/v1/sessions/:sessionId/attempts/:attemptId/move', ['supervisor', 'operations']],
  ['POST', '/v1/sessions/:sessionId/attempts/:attemptId/pause', ['supervisor', 'operations']],
  ['POST', '/v1/sessions/:sessionId/attempts/:attemptId/reopen', ['supervisor', 'operations']],
  ['POST', '/v1/sessions/:sessionId/attempts/:attemptId/resume', ['supervisor', 'operations']],
  ['POST', '/v1/sessions/:sessionId/open', ['supervisor']],
  ['POST', '/v1/sessions/:sessionId/pins', ['supervisor', 'participant-support']],
  ['POST', '/v1/sessions/:sessionId/seal', ['supervisor', 'operations']],
  ['POST', '/v1/sessions/:sessionId/seats/:seat/pin', ['supervisor']],
  ['POST', '/v1/targets', ['operations', 'rollout-officer']],
  ['POST', '/v1/targets/published-totals', ['operations', 'rollout-officer']],
  ['POST', '/v1/results/withholdings', ['analyst', 'operations', 'rollout-officer']],
  ['GET', '/v1/results/withholdings', ['analyst', 'operations', 'rollout-officer']],
  ['POST', '/v1/results/releases', ['analyst']],
  ['POST', '/v1/results/releases/:releaseId/confirmation', ['rollout-officer']],
  ['GET', '/v1/results/releases', ['analyst', 'operations', 'rollout-officer']],
  ['POST', '/v1/results/rescorings', ['analyst']],
  ['GET', '/v1/results/rescorings', ['analyst', 'operations', 'rollout-officer']],
  ['GET', '/v1/results/rescorings/:rescoringId', ['analyst', 'operations', 'rollout-officer']],
  ['GET', '/v1/results/rescorings/:rescoringId/files/:name', ['analyst', 'operations', 'rollout-officer']],
  ['POST', '/v1/results/rescorings/:rescoringId/proposal', ['analyst']],
  ['POST', '/v1/results/rescorings/:rescoringId/confirmation', ['rollout-officer']],
  ['GET', '/v1/results/quality/:formId/:version', ['analyst', 'operations']],
  ['GET', '/v1/results/quality/:formId/:version/items.csv', ['analyst', 'operations']],
  ['GET', '/v1/results/quality/:formId/:version/dif', ['analyst', 'operations']],
  ['POST', '/v1/results/quality/:formId/:version/reports', ['analyst', 'operations']],
];

/** A token that is built right and was signed by nobody we know. */
const FORGED_ATTEMPT_TOKEN = ['{"alg":"HS256","typ":"JWT","kid":"k1"}', '{"sub":"a","ep":1,"ses":"s","exp":4102444800}']
  .map((part) => Buffer.from(part).toString('base64url'))
  .concat('AAAA')
  .join('.');

/** Calls every route as nobody, as everybody on the staff and with a forged token. @returns what was not as it must be */
export async function deviationsFromMatrix(url: string, staff: Staff): Promise<string[]> {
  const deviations = await undescribedRoutes(url);
  for (const [method, path, access] of ACCESS_MATRIX) {
    const address =
      url + path.replace(/:(\w+)/g, (_, name: string) => (name === 'number' || name === 'version' ? '1' : 'none'));
    const body = method === 'POST' ? { json: {} } : {};
    const statusAs = async (token?: string) =>
      (await call(method, address, { ...body, ...(token ? { token } : {}) })).status;
    const isPublic = access === 'public';
    if (((await statusAs()) === 401) === isPublic) deviations.push(`${method} ${path} as nobody`);
    if (isPublic) continue;
    if ((await statusAs(FORGED_ATTEMPT_TOKEN)) !== 401) deviations.push(`${method} ${path} with a forged token`);
    for (const role of ROLES) {
      const status = await statusAs(staff.tokenOf(role));
      const isRefused = status === 401 || status === 403;
      if (isRefused === access.includes(role)) deviations.push(`${method} ${path} as ${role}: ${status}`);
    }
  }
  return deviations;
}

/** Routes that the service describes and the matrix does not, and the other way round. */
async function undescribedRoutes(url: string): Promise<string[]> {
  const { body } = await call('GET', `${url}/openapi.json`);
  const described = Object.entries(body.paths as Record<string, object>).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`),
  );
  const known = new Set(ACCESS_MATRIX.map(([method, path]) => `${method} ${path}`));
  const missing = described.filter((route) => !known.has(route) && !/ \/(health|metrics)/.test(route));
  const gone = [...known].filter((route) => !described.includes(route) && !route.endsWith('/openapi.json'));
  return [
    ...missing.map((route) => `${route} is not in the matrix`),
    ...gone.map((route) => `${route} is in the matrix only`),
  ];
}
