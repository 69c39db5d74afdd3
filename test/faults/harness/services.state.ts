import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { join } from 'node:path';

const ROOT = join(__dirname, '../../..');
/** What a result depends on. */
const SERVICES = ['apps', 'libs'];
const DIGEST_CHARACTERS = 8;

/** The last commit that changed the services; with a digest of what was changed since and is not committed. */
export function stateOfServices(): string {
  const changes = git('diff', 'HEAD', '--', ...SERVICES);
  if (changes === '') return lastChange('HEAD');
  const digest = createHash('sha256').update(changes).digest('hex').slice(0, DIGEST_CHARACTERS);
  return `${lastChange('HEAD')}+${digest}`;
}

/** The last commit up to a revision that changed the services. */
export function lastChange(revision: string): string {
  return git('log', '-1', '--format=%h', revision, '--', ...SERVICES);
}

function git(...options: string[]): string {
  return execFileSync('git', options, { cwd: ROOT, encoding: 'utf8', maxBuffer: 100_000_000 }).trim();
}
