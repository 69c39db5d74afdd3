import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readPublished } from './published.files';

/** Published cases that are outside the library, each with the reason; everything else must be named by a test. */
const OUTSIDE: Readonly<Record<string, string>> = {
  'lsat6-M2': 'limited-information test of global fit (M2) is not part of the library',
  'lsat7-M2': 'limited-information test of global fit (M2) is not part of the library',
  'lsat7-LD': 'pairwise local dependence (LD X², Cramér V) is not part of the library',
  'lsat7-lagrange': 'Lagrange multiplier tests of constraints are not part of the library',
  'science-grm-SE-sandwich': 'standard errors are from the observed information; no sandwich estimator',
  'science-grm-C2': 'limited-information test of global fit (C2) is not part of the library',
  'science-sequential-loglik': 'the sequential model is not one of the eight models',
  'science-mixed-grm-nominal': 'the nominal model is scored, not calibrated',
  'science-Q3': 'needs equal slopes of two items and residual correlations; neither is part of the library',
};

/** Parts of tested cases that are outside. */
const OUTSIDE_PARTS: Readonly<Record<string, string>> = {
  'lsat7-itemfit Zh': 'an item-level sum of person-fit terms; only S-X² is offered per item',
  'lsat7-2pl, science-grm df': 'degrees of freedom of the multinomial table belong to a test of global fit',
  'lsat7-3pl a, c of item 2': 'without priors the likelihood is flat there, as the case itself notes',
  'science-grm-SE-Louis estimates':
    'the source stopped 1e-2 from the maximum; its standard errors are checked at its own estimates',
  'science-grm-SE-Louis conditionNumber': 'not a quantity of the result',
  'science-grm-WLE-first3 SE_hessian': 'WLE reports 1/sqrt(I), not the Hessian of the weighted likelihood',
  'lsat6-2pl-ltm se_a, se_b':
    'the source stopped before the maximum; standard errors are checked on lsat6-1pl-ltm and Louis',
  'feldtBrennan, feldtGilmer': 'reliability coefficients other than alpha, lambda-2 and omega',
};

const cases = ['published-mirt-tests.json', 'published-ltm-outputs.json'].flatMap((name) =>
  readPublished<{ cases: { id: string }[] }>(name).cases.map(({ id }) => ({ name, id })),
);

const testSources = readdirSync(__dirname)
  .filter((name) => name.endsWith('.published.spec.ts') && !name.startsWith('coverage'))
  .map((name) => readFileSync(join(__dirname, name), 'utf8'))
  .join('\n');

describe('published cases', () => {
  test.each(cases.filter(({ id }) => OUTSIDE[id] === undefined))('$name $id has a test of its name', ({ id }) => {
    expect(testSources).toMatch(new RegExp(`test\\('${id}\\b`));
  });

  test.each(Object.entries(OUTSIDE))('%s is outside: %s', (id) => {
    expect(cases.map((published) => published.id)).toContain(id);
    expect(testSources).not.toMatch(new RegExp(`test\\('${id}'`));
  });

  test.each(Object.entries(OUTSIDE_PARTS))('part outside: %s (%s)', (part, reason) => {
    expect(reason.length).toBeGreaterThan(20);
    const files = readdirSync(join(__dirname, '../../../test/data/psychometrics')).filter((name) =>
      name.endsWith('.json'),
    );
    const text = files.map((name) => JSON.stringify(readPublished(name))).join('\n');
    for (const word of part
      .split(/[ ,]+/)
      .filter((piece) => /^(Zh|df|conditionNumber|SE_hessian|feldt\w+)$/.test(piece))) {
      expect(text).toContain(`"${word}"`);
    }
  });

  test('every published file is read by a test', () => {
    const files = readdirSync(join(__dirname, '../../../test/data/psychometrics')).filter((name) =>
      name.startsWith('published-'),
    );
    expect(files.filter((name) => !testSources.includes(`'${name}'`))).toEqual([]);
  });
});
