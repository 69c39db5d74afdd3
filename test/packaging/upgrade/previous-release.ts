import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PartSearch } from '@app/testing';
import { SourceCopy } from '../../faults/mutants/source-copy';

const ROOT = join(__dirname, '../../..');

/** The release that may still run while this tree's services take over, as deploy/previous-release.json names it. */
export const PREVIOUS_RELEASE = JSON.parse(readFileSync(join(ROOT, 'deploy/previous-release.json'), 'utf8')) as {
  readonly version: string;
  readonly commit: string;
};

/** For `requirePart`: a shallow clone has no history to build from. */
export function findPreviousRelease(): PartSearch {
  try {
    git('cat-file', '-e', `${PREVIOUS_RELEASE.commit}^{commit}`);
    return { found: true };
  } catch {
    return { found: false, reason: `this clone does not hold commit ${PREVIOUS_RELEASE.commit}` };
  }
}

/** Paths of the files of the release under folders that a Git pattern names. */
export function filesOfPreviousRelease(pattern: RegExp): string[] {
  return git('ls-tree', '-r', '--name-only', PREVIOUS_RELEASE.commit)
    .split('\n')
    .filter((path) => pattern.test(path));
}

export function textInPreviousRelease(path: string): string {
  return git('show', `${PREVIOUS_RELEASE.commit}:${path}`);
}

/** The sources of the release, to be removed after use. */
export function sourcesOfPreviousRelease(): Promise<SourceCopy> {
  return SourceCopy.ofCommit(PREVIOUS_RELEASE.commit);
}

function git(...words: string[]): string {
  return execFileSync('git', words, {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 16_000_000,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}
