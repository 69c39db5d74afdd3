import type { SeededRandom } from './seeded-random';

/** A made-up civil servant. */
export interface Person {
  readonly participantNumber: string;
  readonly name: string;
  readonly nip: string;
  readonly agency: string;
  readonly jobLevel: string;
  readonly performance: string;
  readonly dutyRegion: string;
  readonly education: string;
  readonly retirementYear: number;
}

const GIVEN_NAMES = [
  'Adi',
  'Bayu',
  'Citra',
  'Dewi',
  'Eko',
  'Fitri',
  'Gita',
  'Hadi',
  'Indah',
  'Joko',
  'Kartika',
  'Lestari',
];
const FAMILY_NAMES = ['Contoh', 'Peraga', 'Simulasi', 'Percobaan', 'Demonstrasi', 'Latihan'];
const JOB_LEVELS = ['administrator', 'supervisor', 'functional', 'executor'];
const PERFORMANCES = ['below', 'as-expected', 'above'];
const REGIONS = ['jakarta', 'banten', 'jawa-barat', 'kalimantan-timur', 'sulawesi-selatan', 'papua'];
const DEGREES = ['diploma', 'bachelor', 'master', 'doctor'];
const RETIREMENT_AGE = 58;
const SERIALS_PER_DAY = 999;

const digits = (value: number, length: number) => String(value).padStart(length, '0');

/** @param serial tells people apart: no two have the same participant number or NIP */
export function personOf(serial: number, agency: string, random: SeededRandom): Person {
  const birthYear = random.between(1968, 1998);
  return {
    participantNumber: `PB-${digits(serial, 6)}`,
    name: `${random.pick(GIVEN_NAMES)} ${random.pick(FAMILY_NAMES)} ${serial}`,
    nip: nipOf(serial, birthYear, random),
    agency,
    jobLevel: random.pick(JOB_LEVELS),
    performance: random.pick(PERFORMANCES),
    dutyRegion: random.pick(REGIONS),
    education: random.pick(DEGREES),
    retirementYear: birthYear + RETIREMENT_AGE,
  };
}

/** Built as a NIP is (birth date, month of appointment, sex, serial), yet nobody's: made from the seed. */
function nipOf(serial: number, birthYear: number, random: SeededRandom): string {
  const born = `${birthYear}${digits(random.between(1, 12), 2)}${digits(random.between(1, 28), 2)}`;
  const appointed = `${birthYear + random.between(22, 28)}${digits(random.between(1, 12), 2)}`;
  return `${born}${appointed}${random.between(1, 2)}${digits(((serial - 1) % SERIALS_PER_DAY) + 1, 3)}`;
}
