import { hash } from 'node:crypto';
import { SeededRandom } from '../../../src/cast/seeded-random';
import type { AgencySize, Scenario } from '../scenario/scenario';

export type AccessNeed = 'none' | 'wheelchair' | 'screen-reader';

/** A synthetic person, as everybody but the assessment service would know a real one. */
export interface Person {
  readonly analyticsId: string;
  readonly agency: string;
  readonly jobLevel: string;
  readonly dutyRegion: string;
  readonly education: string;
  readonly retirementYear: number;
  readonly access: AccessNeed;
  readonly extraMinutes: number;
  /** Ability on the scale of the calibration. */
  readonly theta: number;
  /** In [0, 1): who stays away from a sitting is whoever is above its turn-out. */
  readonly diligence: number;
}

type Shares = Readonly<Record<string, number>>;

/** Published for those who are to move (data/PROVENANCE.md); what is left over is lower education. */
const EDUCATION: Shares = { s1: 0.513, s2: 0.267, d3: 0.148, sma: 0.072 };
/** 956 state officials and 3,264 high officials among 100,023. */
const JOB_LEVELS: Shares = { fungsional: 0.957_81, jpt: 0.032_63, 'pejabat-negara': 0.009_56 };
/** Ages as published; the rest is younger than thirty. */
const AGES: readonly { readonly from: number; readonly to: number; readonly share: number }[] = [
  { from: 30, to: 39, share: 0.345 },
  { from: 40, to: 49, share: 0.288 },
  { from: 50, to: 57, share: 0.198 },
  { from: 23, to: 29, share: 0.169 },
];
const RETIREMENT_AGE = 58;
const RETIREMENT_AGE_HIGH = 60;
const AGE_IN = 2022;
/** As many characters as a keyed hash of the identity number would show. */
const ID_CHARACTERS = 32;

/** The same seed gives the same people, whatever the machine. */
export function peopleOf(sizes: readonly AgencySize[], scenario: Scenario, seed: number): Person[] {
  const random = new SeededRandom(seed);
  return sizes.flatMap(({ code, people }) =>
    Array.from({ length: people }, (_, number) => personOf(`${seed}/${code}/${number}`, code, scenario, random)),
  );
}

function personOf(name: string, agency: string, { people }: Scenario, random: SeededRandom): Person {
  const jobLevel = draw(JOB_LEVELS, random);
  const age = AGES[indexOf(AGES, random)]!;
  const years = random.between(age.from, age.to);
  const retiresAt = jobLevel === 'fungsional' ? RETIREMENT_AGE : RETIREMENT_AGE_HIGH;
  const access = accessOf(random.next(), people);
  return {
    analyticsId: `p${hash('sha256', name).slice(0, ID_CHARACTERS - 1)}`,
    agency,
    jobLevel,
    dutyRegion: draw(people.dutyRegions, random),
    education: draw(EDUCATION, random),
    retirementYear: AGE_IN - years + retiresAt,
    access,
    extraMinutes: access === 'screen-reader' ? people.screenReaderExtraMinutes : 0,
    theta: normal(random),
    diligence: random.next(),
  };
}

function accessOf(chance: number, { wheelchair, screenReader }: Scenario['people']): AccessNeed {
  if (chance < wheelchair) return 'wheelchair';
  return chance < wheelchair + screenReader ? 'screen-reader' : 'none';
}

function draw(shares: Shares, random: SeededRandom): string {
  const names = Object.keys(shares);
  return names[
    indexOf(
      names.map((name) => ({ share: shares[name]! })),
      random,
    )
  ]!;
}

function indexOf(shares: readonly { readonly share: number }[], random: SeededRandom): number {
  const whole = shares.reduce((sum, { share }) => sum + share, 0);
  let left = random.next() * whole;
  for (const [index, { share }] of shares.entries()) {
    if (left < share) return index;
    left -= share;
  }
  return shares.length - 1;
}

/** Box and Muller. */
function normal(random: SeededRandom): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random.next()));
  return radius * Math.cos(2 * Math.PI * random.next());
}
