import type { CandidateBehaviour, Incident } from './candidate';
import type { Random } from './seeded.random';

/** How often each thing is what happens, where something happens. */
const INCIDENTS: readonly (readonly [kind: Incident, weight: number])[] = [
  ['move', 0.4],
  ['credit', 0.3],
  ['pause', 0.2],
  ['finish', 0.1],
];

/** Whether, when and what happens to a candidate. */
export function incidentOf(random: Random, share: number, answersEach: number): CandidateBehaviour['incident'] {
  if (random() >= share) return null;
  const atAnswer = 1 + Math.floor(random() * Math.max(1, answersEach - 1));
  return { kind: kindAt(random()), atAnswer };
}

function kindAt(point: number): Incident {
  let sum = 0;
  for (const [kind, weight] of INCIDENTS) {
    sum += weight;
    if (point < sum) return kind;
  }
  return 'move';
}
