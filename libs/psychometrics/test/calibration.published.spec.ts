import {
  AbilityScorer,
  analyzeItems,
  calibrateMarginal,
  type CalibrationModelName,
  type CalibrationResult,
  completeScores,
  type Estimator,
  gaussHermiteQuadrature,
  itemFit,
  type ItemPriors,
  NOT_ADMINISTERED,
  type ParameterSet,
  type PriorDensity,
} from '../src';
import { expectation } from '../src/calibration/marginal.likelihood';
import { GradedCurve } from '../src/calibration/graded.curve';
import { standardQuadrature } from '../src/calibration/latent.distribution';
import { observedInformation } from '../src/calibration/observed.information';
import { foldPatterns } from '../src/calibration/response.patterns';
import { choleskyFactor, choleskyInverse } from '../src/numeric/linear-algebra';
import { readPublished } from './published.files';
import { expandPatterns, patternOf, type PatternFile, readPatterns } from './response.files';

interface PublishedItem {
  model?: string;
  a: number;
  d: number | number[];
  a_ci?: [number, number];
  d_ci?: [number, number];
  se_a?: number;
  se_d?: number[];
}
interface MirtCase {
  id: string;
  items: PublishedItem[];
  a: number;
  a_ci: [number, number];
  d: number[];
  b: number[];
  se_d1: number;
  variance: number;
  variance_ci: [number, number];
  logLik: number;
  S_X2: number[];
  df_S_X2: number[];
  EAP: number[] & number;
  MAP: number[];
  SE: number;
  WLE: number[];
  pattern: string;
  theta_rawscore: { raw1: number; raw2: number };
  sourceTolerance: number | string;
  conditionNumber: number;
}

const Z975 = 1.959963984540054;

const mirt = readPublished<{ cases: MirtCase[] }>('published-mirt-tests.json').cases;
const files = {
  lsat6: readPatterns('lsat6-patterns.csv'),
  lsat7: readPatterns('lsat7-patterns.csv'),
  science: readPatterns('science4-patterns.csv'),
  abortion: readPatterns('abortion-patterns.csv'),
};

function caseOf(id: string): MirtCase {
  return mirt.find((published) => published.id === id)!;
}

/** testthat compares relative to the published value; "1e-2 relative (…)" is its text form. */
function toleranceOf(published: MirtCase): number {
  return parseFloat(String(published.sourceTolerance ?? caseOf('lsat7-2pl').sourceTolerance));
}

function expectRelative(actual: number, expected: number, tolerance: number): void {
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(tolerance * Math.max(Math.abs(expected), 1e-12));
}

/** R's all.equal, which testthat uses: the mean difference relative to the mean size, over the whole vector. */
function expectVector(actual: readonly number[], expected: readonly number[], tolerance: number): void {
  const difference = expected.reduce((sum, value, index) => sum + Math.abs(actual[index]! - value), 0);
  const size = expected.reduce((sum, value) => sum + Math.abs(value), 0);
  expect(difference / size).toBeLessThanOrEqual(tolerance);
}

function interval(estimate: number, error: number): number[] {
  return [estimate, estimate - Z975 * error, estimate + Z975 * error];
}

function calibrate(
  file: PatternFile,
  model: CalibrationModelName | CalibrationModelName[],
  more: Partial<Parameters<typeof calibrateMarginal>[0]> = {},
): CalibrationResult {
  return calibrateMarginal({ model, itemIds: file.itemIds, responses: file.responses, weights: file.weights, ...more });
}

function parametersOf(result: CalibrationResult): ParameterSet {
  return { D: 1, items: result.items.map((item) => item.parameters) };
}

/** Slope and intercepts d of logit P = a theta + d; for GPCM the cumulative ones, 0 first. */
function slopeIntercepts(result: CalibrationResult, item: number): { a: number; d: number[] } {
  const parameters = result.items[item]!.parameters;
  if (!('b' in parameters)) throw new Error('a nominal item has no intercepts of this kind');
  const a = parameters.a ?? 1;
  const b = typeof parameters.b === 'number' ? [parameters.b] : parameters.b;
  if (parameters.model !== 'GPCM') return { a, d: b.map((value) => -a * value) };
  const cumulative = [0];
  for (const step of b) cumulative.push(cumulative.at(-1)! - a * step);
  return { a, d: cumulative };
}

/** Standard error of d = -ab by the delta method from the covariance of (a, b). */
function interceptError(result: CalibrationResult, itemId: string, a: number, b: number): number {
  const { labels, values } = result.covariance!;
  const atB = labels.indexOf(`${itemId}.b`);
  const atA = labels.indexOf(`${itemId}.a`);
  const varianceB = values[atB]![atB]!;
  if (atA < 0) return Math.sqrt(varianceB);
  return Math.sqrt(b * b * values[atA]![atA]! + 2 * a * b * values[atA]![atB]! + a * a * varianceB);
}

const lsat7TwoParameter = calibrate(files.lsat7, '2pl');
const lsat7Rasch = calibrate(files.lsat7, 'rasch');
const lsat6Rasch = calibrate(files.lsat6, 'rasch');
const scienceGraded = calibrate(files.science, 'grm');

function expectItems(result: CalibrationResult, published: MirtCase): void {
  published.items.forEach((item, index) => {
    const { a, d } = slopeIntercepts(result, index);
    expectRelative(a, item.a, toleranceOf(published));
    const expected = typeof item.d === 'number' ? [item.d] : item.d;
    expected.forEach((value, k) => expectRelative(d[k]!, value, toleranceOf(published)));
  });
}

describe('published-mirt-tests.json: LSAT7', () => {
  test('lsat7-2pl', () => {
    expectItems(lsat7TwoParameter, caseOf('lsat7-2pl'));
    expect(lsat7TwoParameter.converged).toBe(true);
  });

  test('lsat7-2pl-SEM: confidence intervals', () => {
    const published = caseOf('lsat7-2pl-SEM');
    expectItems(lsat7TwoParameter, published);
    const actual = published.items.flatMap((_, index) => {
      const { a, d } = slopeIntercepts(lsat7TwoParameter, index);
      const errorA = lsat7TwoParameter.items[index]!.standardErrors.a!;
      return [
        ...interval(a, errorA),
        ...interval(d[0]!, interceptError(lsat7TwoParameter, `q${index + 1}`, a, -d[0]! / a)),
      ];
    });
    const expected = published.items.flatMap((item) => [item.a, ...item.a_ci!, item.d as number, ...item.d_ci!]);
    expectVector(actual, expected, toleranceOf(published));
  });

  test('lsat7-1pl: the common slope is the SD of the Rasch model', () => {
    const published = caseOf('lsat7-1pl');
    const tolerance = toleranceOf(published);
    const slope = interval(lsat7Rasch.latentSd, lsat7Rasch.latentStandardErrors.sd!);
    expectVector(slope, [published.a, ...published.a_ci], tolerance);
    published.items.forEach((item, index) => {
      const d = slopeIntercepts(lsat7Rasch, index).d[0]!;
      const actual = interval(d, interceptError(lsat7Rasch, `q${index + 1}`, 1, -d));
      expectVector(actual, [item.d as number, ...item.d_ci!], tolerance);
    });
  });

  test('lsat7-rasch: to the fourth decimal, in which a tightly converged fit differs from the source', () => {
    const published = caseOf('lsat7-rasch');
    published.d.forEach((d, index) => {
      expect(Math.abs(slopeIntercepts(lsat7Rasch, index).d[0]! - d)).toBeLessThanOrEqual(5 * toleranceOf(published));
    });
    const error = interceptError(lsat7Rasch, 'q1', 1, -published.d[0]!);
    expect(Math.abs(error - published.se_d1)).toBeLessThanOrEqual(toleranceOf(published));
  });

  test('lsat7-3pl: b and d of the items whose guessing is 0', () => {
    const published = caseOf('lsat7-3pl');
    const result = calibrate(files.lsat7, '3pl', { priors: {} });
    for (const index of [0, 2, 3, 4]) {
      const { a, d } = slopeIntercepts(result, index);
      expect(Math.abs(-d[0]! / a - published.b[index]!)).toBeLessThanOrEqual(0.05);
      expect(Math.abs(d[0]! - published.d[index]!)).toBeLessThanOrEqual(0.05);
    }
  });

  test('lsat7-2pl-missing: two answers taken away', () => {
    const responses = expandPatterns(files.lsat7);
    responses.scores[0] = NOT_ADMINISTERED;
    responses.scores[responses.items + 1] = NOT_ADMINISTERED;
    const result = calibrateMarginal({ model: '2pl', itemIds: files.lsat7.itemIds, responses });
    expectItems(result, caseOf('lsat7-2pl-missing'));
  });

  test('lsat7-itemfit: S-X²', () => {
    const published = caseOf('lsat7-itemfit');
    const fits = itemFit(parametersOf(lsat7TwoParameter), files.lsat7.responses, { weights: files.lsat7.weights });
    fits.forEach((fit, index) => {
      expectRelative(fit.statistic, published.S_X2[index]!, toleranceOf(published));
      expect(fit.degreesOfFreedom).toBe(published.df_S_X2[index]);
    });
  });

  test('lsat7-fscores: EAP and MAP of the first six patterns', () => {
    const published = caseOf('lsat7-fscores');
    const score = (estimator: Estimator, row: number): number =>
      new AbilityScorer(parametersOf(lsat7TwoParameter), { estimator }).score(
        files.lsat7.responses.scores.subarray(row * 5, row * 5 + 5),
      ).theta!;
    for (let row = 0; row < 6; row++) {
      expectRelative(score('eap', row), published.EAP[row]!, toleranceOf(published));
      expectRelative(score('map', row), published.MAP[row]!, toleranceOf(published));
    }
  });

  test('lsat7-1pl-ML: the raw score decides, and the extreme ones have none', () => {
    const published = caseOf('lsat7-1pl-ML');
    const slope = lsat7Rasch.latentSd;
    const set: ParameterSet = {
      D: 1,
      items: lsat7Rasch.items.map(({ parameters }) => ({
        itemId: parameters.itemId,
        model: '2PL',
        a: slope,
        b: (parameters as { b: number }).b / slope,
      })),
    };
    const scorer = new AbilityScorer(set, { estimator: 'ml' });
    expectRelative(scorer.score(patternOf('00010')).theta!, published.theta_rawscore.raw1, toleranceOf(published));
    expectRelative(scorer.score(patternOf('10100')).theta!, published.theta_rawscore.raw2, toleranceOf(published));
    expect(scorer.score(patternOf('00000')).theta).toBeNull();
    expect(scorer.score(patternOf('11111')).theta).toBeNull();
  });
});

describe('published-mirt-tests.json: LSAT6', () => {
  test('lsat6-rasch', () => {
    const published = caseOf('lsat6-rasch');
    const tolerance = toleranceOf(published);
    published.items.forEach((item, index) => {
      const d = slopeIntercepts(lsat6Rasch, index).d[0]!;
      const actual = interval(d, interceptError(lsat6Rasch, `q${index + 1}`, 1, -d));
      expectVector(actual, [item.d as number, ...item.d_ci!], tolerance);
    });
    const variance = lsat6Rasch.latentSd ** 2;
    const error = 2 * lsat6Rasch.latentSd * lsat6Rasch.latentStandardErrors.sd!;
    expectVector(interval(variance, error), [published.variance, ...published.variance_ci], tolerance);
  });

  test('lsat6-2pl-loglik', () => {
    const published = caseOf('lsat6-2pl-loglik');
    expectRelative(calibrate(files.lsat6, '2pl').logLik, published.logLik, toleranceOf(published));
  });
});

describe('published-mirt-tests.json: Science', () => {
  test('science-grm', () => expectItems(scienceGraded, caseOf('science-grm')));

  test('science-grm-SE-Louis: standard errors at the printed estimates', () => {
    const published = caseOf('science-grm-SE-Louis');
    const curves = published.items.map((item) => {
      const curve = new GradedCurve(item.d as number[]);
      curve.parameters[0] = item.a;
      return curve;
    });
    const model = {
      curves,
      latent: { mean: 0, sd: 1, meanIsFree: false, sdIsFree: false },
      standard: standardQuadrature(121, 6),
      patterns: foldPatterns(files.science.responses, files.science.weights),
    };
    const { information, size } = observedInformation(model, expectation(model), {});
    const covariance = choleskyInverse(choleskyFactor(information, size)!, size);
    const errors = Array.from({ length: size }, (_, index) => Math.sqrt(covariance[index * size + index]!));
    const expected = published.items.flatMap((item) => [item.se_a!, ...item.se_d!]);
    errors.forEach((error, index) => expectRelative(error, expected[index]!, toleranceOf(published)));
  });

  test('science-grm-EAP-1234', () => {
    const published = caseOf('science-grm-EAP-1234');
    const estimate = new AbilityScorer(parametersOf(scienceGraded), { estimator: 'eap' }).score(patternOf('1234', 1));
    expect(Math.abs(estimate.theta! - published.EAP)).toBeLessThanOrEqual(toleranceOf(published));
    expect(Math.abs(estimate.standardError! - published.SE)).toBeLessThanOrEqual(toleranceOf(published));
  });

  const scienceThetas = (estimator: Estimator, count: number): number[] => {
    const scorer = new AbilityScorer(parametersOf(scienceGraded), { estimator });
    const { scores, items } = files.science.responses;
    return Array.from(
      { length: count },
      (_, row) => scorer.score(scores.subarray(row * items, (row + 1) * items)).theta!,
    );
  };

  test('science-grm-EAP-first6', () => {
    const published = caseOf('science-grm-EAP-first6');
    expectVector(scienceThetas('eap', 6), published.EAP, toleranceOf(published));
  });

  test('science-grm-WLE-first3', () => {
    const published = caseOf('science-grm-WLE-first3');
    expectVector(scienceThetas('wle', 3), published.WLE, toleranceOf(published));
  });

  test('science-mixed-grm-gpcm', () => {
    const result = calibrate(files.science, ['grm', 'grm', 'grm', 'gpcm']);
    expectItems(result, caseOf('science-mixed-grm-gpcm'));
  });
});

interface LtmCase {
  id: string;
  a: number[] & number;
  b: number[];
  se_a: number[] & number;
  se_b: number[];
  logLik: number;
  AIC: number;
  BIC: number;
  alpha: number;
  tolerance: number | string;
}
const ltm = readPublished<{ cases: LtmCase[] }>('published-ltm-outputs.json').cases;
const ltmOf = (id: string): LtmCase => ltm.find((published) => published.id === id)!;

describe('published-ltm-outputs.json', () => {
  test('lsat6-1pl-ltm: common slope, difficulties, standard errors, AIC and BIC', () => {
    const published = ltmOf('lsat6-1pl-ltm');
    const tolerance = Number(published.tolerance);
    const sd = lsat6Rasch.latentSd;
    const { labels, values } = lsat6Rasch.covariance!;
    const atSd = labels.indexOf('latent.sd');
    published.b.forEach((b, index) => {
      const rasch = (lsat6Rasch.items[index]!.parameters as { b: number }).b;
      const atB = labels.indexOf(`q${index + 1}.b`);
      const [byB, bySd] = [1 / sd, -rasch / sd ** 2];
      const variance =
        byB ** 2 * values[atB]![atB]! + 2 * byB * bySd * values[atB]![atSd]! + bySd ** 2 * values[atSd]![atSd]!;
      expect(Math.abs(rasch / sd - b)).toBeLessThanOrEqual(tolerance);
      expect(Math.abs(Math.sqrt(variance) - published.se_b[index]!)).toBeLessThanOrEqual(tolerance);
    });
    expect(Math.abs(sd - published.a)).toBeLessThanOrEqual(tolerance);
    expect(Math.abs(lsat6Rasch.latentStandardErrors.sd! - published.se_a)).toBeLessThanOrEqual(tolerance);
    expect(Math.abs(lsat6Rasch.logLik - published.logLik)).toBeLessThanOrEqual(tolerance);
    const parameters = lsat6Rasch.freeParameters;
    expect(Math.abs(2 * parameters - 2 * lsat6Rasch.logLik - published.AIC)).toBeLessThanOrEqual(2 * tolerance);
    const bic = parameters * Math.log(lsat6Rasch.persons) - 2 * lsat6Rasch.logLik;
    expect(Math.abs(bic - published.BIC)).toBeLessThanOrEqual(2 * tolerance);
  });

  test('lsat6-2pl-ltm', () => {
    const published = ltmOf('lsat6-2pl-ltm');
    const tolerance = parseFloat(String(published.tolerance));
    const result = calibrate(files.lsat6, '2pl');
    result.items.forEach(({ parameters }, index) => {
      const { a, b } = parameters as { a: number; b: number };
      expect(Math.abs(a - published.a[index]!)).toBeLessThanOrEqual(tolerance);
      expect(Math.abs(b - published.b[index]!)).toBeLessThanOrEqual(tolerance);
    });
    expect(Math.abs(result.logLik - published.logLik)).toBeLessThanOrEqual(tolerance);
  });

  test('abortion-2pl-ltm21 is a negative control: the maximum is at -707.087, not where 21 Gauss–Hermite nodes put it', () => {
    const published = ltmOf('abortion-2pl-ltm21');
    const converged = calibrate(files.abortion, '2pl');
    expect(Math.abs(converged.logLik - -707.087)).toBeLessThanOrEqual(1e-3);
    expect(Math.abs(converged.logLik - published.logLik)).toBeGreaterThan(0.5);
    const misled = calibrate(files.abortion, '2pl', { quadrature: gaussHermiteQuadrature(21) });
    expect(Math.abs(misled.logLik - published.logLik)).toBeLessThanOrEqual(1e-3);
  });

  test('lsat6-alpha', () => {
    const { scores } = completeScores(expandPatterns(files.lsat6));
    const { test: statistics } = analyzeItems(scores, [1, 1, 1, 1, 1]);
    expect(Math.abs(statistics.alpha! - ltmOf('lsat6-alpha').alpha)).toBeLessThanOrEqual(5e-4);
  });
});

describe('published-icl-lsat7.json', () => {
  const icl = readPublished<{
    D: number;
    threePL_abc: [number, number, number][];
    twoPL_ab: [number, number][];
    lsat6_2pl_mirt_TOL1e_3: unknown;
    tolerance: number;
  }>('published-icl-lsat7.json');
  const a: PriorDensity = { kind: 'beta', alpha: 1.75, beta: 3, lower: 0, upper: 3 };
  const b: PriorDensity = { kind: 'beta', alpha: 1.01, beta: 1.01, lower: -6, upper: 6 };
  const c: PriorDensity = { kind: 'beta', alpha: 2, beta: 4, lower: 0, upper: 1 };
  const withPriors = (model: CalibrationModelName, priors: ItemPriors): CalibrationResult =>
    calibrate(files.lsat7, model, { priors, D: icl.D, quadrature: { nodes: 40, range: 4 } });

  test('3PL with priors on a, b and c', () => {
    withPriors('3pl', { a, b, c }).items.forEach(({ parameters }, index) => {
      const item = parameters as { a: number; b: number; c: number };
      [item.a, item.b, item.c].forEach((value, column) => {
        expect(Math.abs(value - icl.threePL_abc[index]![column]!)).toBeLessThanOrEqual(icl.tolerance);
      });
    });
  });

  test('2PL with priors on a and b', () => {
    withPriors('2pl', { a, b }).items.forEach(({ parameters }, index) => {
      const item = parameters as { a: number; b: number };
      expect(Math.abs(item.a - icl.twoPL_ab[index]![0])).toBeLessThanOrEqual(icl.tolerance);
      expect(Math.abs(item.b - icl.twoPL_ab[index]![1])).toBeLessThanOrEqual(icl.tolerance);
    });
  });

  test('lsat6_2pl_mirt_TOL1e-3', () => {
    const published = (icl as unknown as Record<string, { a: number[]; b: number[] }>)['lsat6_2pl_mirt_TOL1e-3']!;
    calibrate(files.lsat6, '2pl').items.forEach(({ parameters }, index) => {
      const item = parameters as { a: number; b: number };
      expect(Math.abs(item.a - published.a[index]!)).toBeLessThanOrEqual(icl.tolerance);
      expect(Math.abs(item.b - published.b[index]!)).toBeLessThanOrEqual(icl.tolerance);
    });
  });
});
