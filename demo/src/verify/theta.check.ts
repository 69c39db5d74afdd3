import type { Sat12 } from '../cast/sat12';
import type { AttemptPlayer } from '../play/attempt.player';
import type { SecondScoring } from '../play/second-scoring';
import { expectedTheta } from './expected-theta';

/** Results carry six decimals: half of the last one, and what floating point adds. */
const DIFFERENCE_MAX = 6e-7;

export interface Spread {
  readonly mean: number;
  readonly sd: number;
}

/** What the two ways of scoring gave, over everybody. */
export interface ScoringReport {
  readonly people: number;
  readonly sumScore: Spread & { readonly maximum: number };
  readonly theta: Spread & { readonly standardErrorFrom: number; readonly standardErrorTo: number };
  readonly package: string;
  readonly statement: string;
  /** Between the thetas of the system and those computed from the CSV. */
  readonly largestDifference: number;
  readonly digest: string | null;
  /** Where the difference report of the dry run is to be had. */
  readonly reportPath: string;
}

/** Compares every theta with the one that follows from the person's row of the CSV. */
export function checkThetas(
  players: readonly AttemptPlayer[],
  { content, rescoring, results }: SecondScoring,
  sat12: Sat12,
): { readonly scoring: ScoringReport; readonly problems: readonly string[] } {
  const problems: string[] = [];
  const scales = players.map(({ login, attendee }) => {
    const scale = results.get(login.attemptId)!.scales[0]!;
    const expected = expectedTheta(attendee, sat12, content);
    const { theta = NaN, standardError = NaN } = scale;
    const difference = Math.max(Math.abs(theta - expected.theta), Math.abs(standardError - expected.standardError));
    if (!(difference <= DIFFERENCE_MAX)) {
      const row = attendee.respondent.row;
      problems.push(
        `${attendee.person.participantNumber}: theta is ${theta} ± ${standardError}; by row ${row} of the CSV it is ${expected.theta.toFixed(6)} ± ${expected.standardError.toFixed(6)}`,
      );
    }
    return { score: scale.score, maximum: scale.maximum, theta, standardError, difference };
  });
  const errors = scales.map(({ standardError }) => standardError);
  return {
    problems,
    scoring: {
      people: scales.length,
      sumScore: { ...spreadOf(scales.map(({ score }) => score)), maximum: scales[0]!.maximum },
      theta: {
        ...spreadOf(scales.map(({ theta }) => theta)),
        standardErrorFrom: Math.min(...errors),
        standardErrorTo: Math.max(...errors),
      },
      package: `${content.packageId} v${content.version}`,
      statement: content.calibration.statement,
      largestDifference: Math.max(...scales.map(({ difference }) => difference)),
      digest: rescoring.digest,
      reportPath: `/v1/results/rescorings/${rescoring.rescoringId}/files/differences.html`,
    },
  };
}

/** Mean and standard deviation (n - 1). */
function spreadOf(values: readonly number[]): Spread {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, sd: Math.sqrt(squares / (values.length - 1)) };
}
