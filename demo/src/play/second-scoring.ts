import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PlatformClient, Rescoring, Result } from '../client/platform.client';
import { until } from '../client/waiting';
import { packageData } from '../system/project';
import type { ItemResponsePackage } from '../verify/expected-theta';

/** A dry run over the whole log and its release take seconds; a busy machine takes longer. */
const STATE_TIMEOUT_MS = 60_000;

export interface SecondScoring {
  readonly content: ItemResponsePackage;
  readonly rescoring: Rescoring;
  /** The result in force of every attempt, by its id. */
  readonly results: ReadonlyMap<string, Result>;
}

/**
 * Scores everybody anew by the two-parameter package that comes with the platform: a dry run over the log, then the
 * release that an analyst proposes and a rollout officer confirms.
 */
export async function scoreAnew(platform: PlatformClient, sessionIds: readonly string[]): Promise<SecondScoring> {
  const content = JSON.parse(readFileSync(join(packageData, 'sat12-2pl.v1.json'), 'utf8')) as ItemResponsePackage;
  await platform.importPackage(content);
  const { rescoringId } = await platform.beginRescoring(content);
  await inState(platform, rescoringId, 'ready');
  await platform.releaseRescoring(rescoringId, 'second-scoring');
  const rescoring = await inState(platform, rescoringId, 'released');
  const results = new Map<string, Result>();
  for (const sessionId of sessionIds) {
    for (const result of await resultsOf(platform, sessionId)) results.set(result.attemptId, result);
  }
  return { content, rescoring, results };
}

async function resultsOf(platform: PlatformClient, sessionId: string): Promise<Result[]> {
  const found: Result[] = [];
  for (let after: string | null = null; ;) {
    const { results, next }: { results: Result[]; next: string | null } = await platform.results(sessionId, after);
    found.push(...results);
    if (next === null) return found;
    after = next;
  }
}

function inState(platform: PlatformClient, rescoringId: string, state: Rescoring['state']): Promise<Rescoring> {
  return until(`the rescoring is ${state}`, STATE_TIMEOUT_MS, async () => {
    const found = await platform.rescoring(rescoringId);
    return found.state === state ? found : null;
  });
}
