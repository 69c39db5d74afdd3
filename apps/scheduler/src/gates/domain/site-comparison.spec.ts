import { compareSites, normalQuantile } from './site-comparison';

/** Park and Miller's generator: the same draws on every machine. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

function drawSites(sites: number, people: number, uniform: () => number, shiftOfFirst = 0) {
  return Array.from({ length: sites }, (_, site) => {
    const scores = Array.from(
      { length: people },
      () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform()) + (site === 0 ? shiftOfFirst : 0),
    );
    const mean = scores.reduce((sum, score) => sum + score, 0) / people;
    const squares = scores.reduce((sum, score) => sum + (score - mean) ** 2, 0);
    return { agency: 'kemenkeu', siteId: `site-${site}`, people, mean, squares };
  });
}

describe('sites are compared within an agency', () => {
  test('healthy sites hardly ever fail, where a plain range would most of the time', () => {
    const uniform = generator(20_221_005);
    let failed = 0;
    let ranged = 0;
    for (let draw = 0; draw < 200; draw += 1) {
      const sites = drawSites(20, 300, uniform);
      failed += compareSites(sites, 0.2, 99).beyond > 0 ? 1 : 0;
      const means = sites.map(({ mean }) => mean);
      ranged += Math.max(...means) - Math.min(...means) > 0.2 ? 1 : 0;
    }
    expect(failed).toBe(0);
    expect(ranged).toBeGreaterThan(100);
  });

  test('a site that is half a standard deviation off is found', () => {
    const found = compareSites(drawSites(20, 300, generator(7), 0.5), 0.2, 99);
    expect(found).toMatchObject({ comparisons: 20, beyond: 1 });
  });

  test('large healthy sites pass, small ones are unclear', () => {
    expect(compareSites(drawSites(5, 5_000, generator(3)), 0.2, 99)).toMatchObject({ beyond: 0, unclear: 0 });
    expect(compareSites(drawSites(5, 50, generator(3)), 0.2, 99).unclear).toBeGreaterThan(0);
  });

  test('agencies that differ are no fault of a site', () => {
    const high = drawSites(1, 500, generator(5), 3).map((site) => ({ ...site, agency: 'bappenas' }));
    const low = drawSites(1, 500, generator(6)).map((site) => ({ ...site, siteId: 'other' }));
    expect(compareSites([...high, ...low], 0.2, 99)).toMatchObject({ comparisons: 0, beyond: 0, largestShift: null });
  });

  test('the normal quantile is the textbook one', () => {
    expect(normalQuantile(0.975)).toBeCloseTo(1.959964, 5);
    expect(normalQuantile(0.5)).toBeCloseTo(0, 6);
  });
});
