import { createHmac } from 'node:crypto';

export interface Candidate {
  readonly analyticsId: string;
  readonly agency: string;
  /** Chosen at a smaller share. */
  readonly chosen: boolean;
}

/**
 * Who joins at a share: of every agency its share, rounded up, in the order that the seed gives. Whoever was chosen
 * before stays and counts, so raising the share never removes anyone, whatever has happened to the roster since.
 */
export function chooseAtShare(candidates: readonly Candidate[], sharePercent: number, seed: string): string[] {
  const agencies = new Map<string, Candidate[]>();
  for (const candidate of candidates) {
    const members = agencies.get(candidate.agency);
    if (members) members.push(candidate);
    else agencies.set(candidate.agency, [candidate]);
  }
  return [...agencies.values()].flatMap((members) => joinersOf(members, sharePercent, seed)).sort();
}

function joinersOf(members: readonly Candidate[], sharePercent: number, seed: string): string[] {
  const wanted = Math.ceil((members.length * sharePercent) / 100);
  const missing = wanted - members.filter(({ chosen }) => chosen).length;
  const waiting = members.filter(({ chosen }) => !chosen).map(({ analyticsId }) => analyticsId);
  const drawn = waiting.map((analyticsId) => ({ analyticsId, rank: rankOf(analyticsId, seed) }));
  drawn.sort((a, b) => (a.rank < b.rank ? -1 : 1));
  return drawn.slice(0, Math.max(0, missing)).map(({ analyticsId }) => analyticsId);
}

/** Nobody can foresee the order without the seed, and everybody can check it with the seed. */
function rankOf(analyticsId: string, seed: string): string {
  return createHmac('sha256', seed).update(analyticsId).digest('hex');
}
