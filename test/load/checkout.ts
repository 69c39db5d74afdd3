import { execFileSync } from 'node:child_process';

/** The commit that is checked out; empty where this is no checkout. */
export function commitOf(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
  } catch {
    return '';
  }
}
