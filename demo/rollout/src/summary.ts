import { sentenceOf } from './page/diary.section';
import type { RolloutOutcome } from './rollout-run';

/** The goal on two cores; a miss is shown with where the time went. */
const GOAL_SECONDS = 120;
const STEPS_SHOWN = 15;

/** What the terminal says at the end. */
export function summaryOf(outcome: RolloutOutcome, page: string): string {
  const { page: data, diary, attempts, people, digest, replayedDigest, schedulerDigest, differences } = outcome;
  const seconds = outcome.tookMs / 1_000;
  const lines = [
    '',
    ...diary.map((entry) => `  ${sentenceOf(entry)}`),
    '',
    `  ${people.length} synthetic people, ${attempts} attempts closed`,
    ...data.targets.flatMap(({ targetId, assessed, chart }) =>
      chart.targets.map(({ version, people: wanted, from }) => {
        const met = assessed >= wanted ? 'met' : 'missed';
        return `  target ${targetId}, version ${version}: ${assessed} of ${wanted}, ${from > data.on ? 'not begun' : met}`;
      }),
    ),
    `  digest of all tables    ${digest}`,
    `  scheduler               ${schedulerDigest}`,
    `  replayed from the log   ${replayedDigest} ${differences.length === 0 ? '(equal)' : `DIFFERENT in ${differences.join(', ')}`}`,
    `  page                    ${page}`,
    `  took ${seconds.toFixed(1)} s; the goal on two cores is ${GOAL_SECONDS} s`,
    ...(seconds > GOAL_SECONDS ? whereTheTimeWent(outcome) : []),
    '',
  ];
  return `${lines.join('\n')}\n`;
}

function whereTheTimeWent({ spentMs }: RolloutOutcome): string[] {
  const steps = [...spentMs].sort(([, one], [, other]) => other - one).slice(0, STEPS_SHOWN);
  return ['  where it went (some of it side by side):', ...steps.map(([what, ms]) => `  ${seconds(ms)}  ${what}`)];
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`.padStart(9);
}
