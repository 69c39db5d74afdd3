import { createRandomStream, normalQuantile } from '@app/psychometrics';
import { keyHashOf } from '../src/packages/package-file';
import { rounded } from '../src/scoring/domain/rounding';
import type { CalibratedItem, PackageContent, Scale, ScoredItem } from '../src/scoring/domain/scoring-package';

/** Everything below is drawn from this; another seed is another version. */
const SEED = 20_220_630;
const FORM = { formId: 'four-instruments', version: 1 };

/** PermenPANRB 38/2017: eight managerial competencies and the sociocultural one. */
const COMPETENCIES = [
  'integritas',
  'kerjasama',
  'komunikasi',
  'orientasi_hasil',
  'pelayanan_publik',
  'pengembangan',
  'perubahan',
  'keputusan',
  'perekat_bangsa',
];
/** PermenPANRB 20/2025, article 17. */
const POTENTIAL = [
  'kemampuan_intelektual',
  'kemampuan_interpersonal',
  'kesadaran_diri',
  'berpikir_kritis_strategis',
  'pemecahan_masalah',
  'kecerdasan_emosional',
  'belajar_cepat',
  'motivasi_komitmen',
];
const COMPETENCY_ITEMS = 6;
const POTENTIAL_ITEMS = 6;
const SKILL_ITEMS = 20;
const OPTIONS = ['A', 'B', 'C', 'D', 'E'];
/** Share of the population below each of the five cuts, and below the two edges of the bands. */
const CUT_SHARES = [0.1, 0.3, 0.55, 0.8, 0.95];
const EDGE_SHARES = [0.25, 0.75];

/** Usual required levels: one for all nine competencies, by the job levels of the regulation and of the roster's codes. */
const REQUIRED_LEVELS = {
  pelaksana: 1,
  pengawas: 2,
  administrator: 3,
  'jpt-pratama': 4,
  'jpt-madya': 5,
  executor: 1,
  supervisor: 2,
  functional: 3,
};

interface Instrument {
  readonly sectionId: string;
  readonly title: string;
  readonly scales: readonly { readonly scaleId: string; readonly items: number }[];
}

const INSTRUMENTS: readonly Instrument[] = [
  {
    sectionId: 'manajerial-sosiokultural',
    title: 'Kompetensi manajerial dan sosiokultural',
    scales: COMPETENCIES.map((scaleId) => ({ scaleId, items: COMPETENCY_ITEMS })),
  },
  {
    sectionId: 'literasi-digital',
    title: 'Literasi digital',
    scales: [{ scaleId: 'literasi_digital', items: SKILL_ITEMS }],
  },
  {
    sectionId: 'emerging-skills',
    title: 'Emerging skills',
    scales: [{ scaleId: 'emerging_skills', items: SKILL_ITEMS }],
  },
  { sectionId: 'potensi', title: 'Potensi', scales: POTENTIAL.map((scaleId) => ({ scaleId, items: POTENTIAL_ITEMS })) },
];

interface Chance {
  /** Standard normal. */
  normal(): number;
  shuffled<Value>(values: readonly Value[]): Value[];
}

/**
 * A package for one sitting with the four instruments, made up throughout. Situational items: graded model, a ~
 * lognormal(0.2, 0.25), first boundary ~ N(-1.2, 0.7), the others at distances of 0.5 + 0.3 |N(0, 1)|. Other items: 2PL, the same a, b ~
 * N(0, 1). Cuts and edges at normal quantiles.
 */
export function fourInstrumentsPackage(): PackageContent {
  const chance = createChance(SEED);
  const drawn = INSTRUMENTS.flatMap(({ sectionId, scales }) =>
    scales.map(({ scaleId, items }) => drawScale(sectionId, scaleId, items, chance)),
  );
  const edges = EDGE_SHARES.map((share) => rounded(normalQuantile(share)));
  return {
    packageId: 'four-instruments',
    version: 1,
    form: FORM,
    illustrative: true,
    estimator: 'eap',
    prior: { mean: 0, sd: 1 },
    notReached: 'wrong',
    items: drawn.flatMap(({ items }) => items),
    scales: drawn.map(({ scale }) => scale),
    calibration: {
      D: 1,
      statement:
        `Illustrative: items, parameters and cuts are made up by a generator (seed ${SEED}). Nothing may be decided ` +
        'about anybody on results of this package.',
      items: drawn.flatMap(({ parameters }) => parameters),
    },
    standards: Object.fromEntries(
      Object.entries(REQUIRED_LEVELS).map(([jobLevel, level]) => [
        jobLevel,
        Object.fromEntries(COMPETENCIES.map((scaleId) => [scaleId, level])),
      ]),
    ),
    jobPersonMatch: {
      ruleId: 'capped-ratio',
      version: 1,
      competencies: weighted(COMPETENCIES),
      capPercent: 100,
      decimals: 2,
      categories: [
        { category: 'optimal', fromPercent: 90 },
        { category: 'cukup-optimal', fromPercent: 78 },
        { category: 'kurang-optimal', fromPercent: 0 },
      ],
    },
    potential: { scales: weighted(POTENTIAL), edges },
    nineBox: {
      scales: weighted([...COMPETENCIES, ...POTENTIAL]),
      edges,
      performance: { below: 'below', 'as-expected': 'at', above: 'above' },
    },
  };
}

/** The form that the package belongs to, with numbered placeholders for items. */
export function fourInstrumentsForm(): object {
  return {
    ...FORM,
    title: 'Four instruments (illustrative placeholders)',
    sections: INSTRUMENTS.map(({ sectionId, title, scales }) => ({
      sectionId,
      title,
      items: scales.flatMap(({ scaleId, items }) =>
        itemIdsOf(scaleId, items).map((itemId) => ({
          itemId,
          prompt: `Butir contoh ${itemId}`,
          options: OPTIONS.map((optionId) => ({ optionId, text: `Pilihan ${optionId}` })),
        })),
      ),
    })),
  };
}

function drawScale(section: string, scaleId: string, count: number, chance: Chance) {
  const isGraded = COMPETENCIES.includes(scaleId);
  const itemIds = itemIdsOf(scaleId, count);
  const drawn = itemIds.map((itemId) => (isGraded ? drawGraded(itemId, chance) : drawKeyed(itemId, chance)));
  const cuts = CUT_SHARES.map((share) => rounded(normalQuantile(share)));
  const hasLevels = section !== 'potensi';
  const minimumItems = Math.ceil(count / 2);
  const scale: Scale = { scaleId, itemIds, section, minimumItems, ...(hasLevels ? { levelCuts: cuts } : {}) };
  return { scale, items: drawn.map(({ item }) => item), parameters: drawn.map(({ parameters }) => parameters) };
}

function drawGraded(itemId: string, chance: Chance): { item: ScoredItem; parameters: CalibratedItem } {
  const credits = Object.fromEntries(
    chance
      .shuffled(OPTIONS)
      .map((option, credit) => [option, credit] as const)
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
  const item = { itemId, credits };
  const a = drawSlope(chance);
  let boundary = chance.normal() * 0.7 - 1.2;
  const b = OPTIONS.slice(1).map(() => rounded((boundary += 0.5 + 0.3 * Math.abs(chance.normal()))));
  return { item, parameters: { itemId, model: 'GRM', a, b, keyHash: keyHashOf(item) } };
}

function drawKeyed(itemId: string, chance: Chance): { item: ScoredItem; parameters: CalibratedItem } {
  const item = { itemId, key: chance.shuffled(OPTIONS)[0]! };
  const a = drawSlope(chance);
  return { item, parameters: { itemId, model: '2PL', a, b: rounded(chance.normal()), keyHash: keyHashOf(item) } };
}

function drawSlope(chance: Chance): number {
  return rounded(Math.exp(0.2 + 0.25 * chance.normal()));
}

function itemIdsOf(scaleId: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${scaleId}-${String(index + 1).padStart(2, '0')}`);
}

function weighted(scaleIds: readonly string[]) {
  return scaleIds.map((scaleId) => ({ scaleId, weight: 1 }));
}

function createChance(seed: number): Chance {
  const stream = createRandomStream(seed);
  return {
    // Half a step away from 0 and 1, where the quantile is infinite.
    normal: () => normalQuantile(stream.next() + 2 ** -33),
    shuffled(values) {
      const left = [...values];
      return values.map(() => left.splice(Math.floor(stream.next() * left.length), 1)[0]!);
    },
  };
}
