/** Whether a part that a suite needs (a broker, a server) can be had on this machine. */
export type PartSearch = { readonly found: true } | { readonly found: false; readonly reason: string };

/**
 * A `describe` for suites that need a part. Where the part cannot be had, the suite is reported as skipped by name and
 * reason; where CI=true it fails instead, because a pipeline that skips its proofs proves nothing. The search is
 * synchronous: Jest wants to know its suites before anything is awaited.
 */
export function requirePart(
  name: string,
  find: () => PartSearch,
  env: NodeJS.ProcessEnv = process.env,
): (title: string, define: () => void) => void {
  const search = find();
  if (search.found) return (title, define) => describe(title, define);
  const missing = `${name} is missing: ${search.reason}`;
  if (env.CI === 'true') {
    return (title) =>
      describe(title, () => {
        test(`${missing}; a skip is a failure where CI=true`, () => {
          throw new Error(missing);
        });
      });
  }
  return (title, define) => describe.skip(`${title} (skipped: ${missing})`, define);
}
