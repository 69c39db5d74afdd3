import type {
  Distance,
  PlannedPerson,
  PlannedSite,
  PlannedSitting,
  PlanningProblem,
} from '../../../apps/scheduler/src/planning/domain/planning-problem';
import { SeededNumbers } from './seeded-numbers';

/** Dimensions of a window; those of the goals are `CLUSTER_DIMENSIONS`. */
export interface WindowDimensions {
  readonly people: number;
  readonly agencies: number;
  readonly zones: number;
  readonly sites: number;
  readonly days: number;
  readonly sessionsPerDay: number;
  /** People per seat, about: seats are whole. */
  readonly fill: number;
  readonly wheelchairShare: number;
  readonly screenReaderShare: number;
  /** Sites that suit each access kind. */
  readonly suitedShare: number;
  /** Distances beyond this have no row; null: every zone reaches every site. */
  readonly reachKm: number | null;
}

/** A fifth of 60,000 people, 80 agencies; zones, sites, days and sessions as a whole cluster has them. */
export const CLUSTER_DIMENSIONS: WindowDimensions = {
  people: 12_000,
  agencies: 16,
  zones: 14,
  sites: 20,
  days: 30,
  sessionsPerDay: 3,
  fill: 0.9,
  wheelchairShare: 0.02,
  screenReaderShare: 0.01,
  suitedShare: 0.6,
  reachKm: null,
};

/** People of the five clusters; 60,000 in all. */
export const CLUSTER_PEOPLE = [14_000, 13_000, 12_000, 11_000, 10_000] as const;

const UNITS_PER_KM = 10;
/** Side of the square in which zones and sites lie: Jabodetabek from end to end. */
const REGION_KM = 60;
const SESSION_MINUTES = 120;
const FIRST_START_MINUTE = 8 * 60;
const START_EVERY_MINUTES = 180;
const MINUTES_PER_DAY = 1440;
const FIRST_DAY_MS = Date.UTC(2022, 9, 3);

/** A made-up window: the same seed gives the same window. */
export function generateWindow(dimensions: WindowDimensions, seed: number): PlanningProblem {
  const numbers = new SeededNumbers(seed);
  const zones = Array.from({ length: dimensions.zones }, (_, zone) => ({
    zone: `zone-${zone + 1}`,
    at: spot(numbers),
  }));
  const sites = Array.from({ length: dimensions.sites }, (_, site) => ({
    siteId: `site-${site + 1}`,
    at: spot(numbers),
  }));
  return {
    people: generatePeople(dimensions, numbers),
    sites: sites.map(({ siteId }, index) => generateSite(siteId, index, dimensions, numbers)),
    sessions: generateSessions(dimensions, numbers),
    distances: zones.flatMap(({ zone, at }) =>
      sites.flatMap((site): Distance[] => {
        const km = Math.hypot(at.x - site.at.x, at.y - site.at.y);
        const isFar = dimensions.reachKm !== null && km > dimensions.reachKm;
        return isFar ? [] : [{ zone, siteId: site.siteId, units: Math.round(km * UNITS_PER_KM) }];
      }),
    ),
    unitsPerKm: UNITS_PER_KM,
  };
}

/** The five windows of the goals. */
export function generateClusters(seed: number): PlanningProblem[] {
  return CLUSTER_PEOPLE.map((people, cluster) => generateWindow({ ...CLUSTER_DIMENSIONS, people }, seed + cluster));
}

function spot(numbers: SeededNumbers): { readonly x: number; readonly y: number } {
  return { x: numbers.next() * REGION_KM, y: numbers.next() * REGION_KM };
}

/** Agencies of very different size: the k-th has a weight of 1/k; zones differ by a factor of three. */
function generatePeople(dimensions: WindowDimensions, numbers: SeededNumbers): PlannedPerson[] {
  const agencyWeights = Array.from({ length: dimensions.agencies }, (_, agency) => 1 / (agency + 1));
  const zoneWeights = Array.from({ length: dimensions.zones }, () => 1 + 2 * numbers.next());
  return Array.from({ length: dimensions.people }, (_, person) => ({
    personId: `p-${String(person + 1).padStart(6, '0')}`,
    agency: `agency-${numbers.choose(agencyWeights) + 1}`,
    zone: `zone-${numbers.choose(zoneWeights) + 1}`,
    access: accessOf(numbers.next(), dimensions),
    extraMinutes: 0,
  }));
}

function accessOf(chance: number, dimensions: WindowDimensions): PlannedPerson['access'] {
  if (chance < dimensions.wheelchairShare) return 'wheelchair';
  return chance < dimensions.wheelchairShare + dimensions.screenReaderShare ? 'screen-reader' : 'none';
}

/** The first site suits everybody, so that no need is hopeless. */
function generateSite(
  siteId: string,
  index: number,
  { suitedShare }: WindowDimensions,
  numbers: SeededNumbers,
): PlannedSite {
  const suits = (['wheelchair', 'screen-reader'] as const).filter(() => numbers.next() < suitedShare || index === 0);
  return { siteId, suits };
}

/** Seats are the people divided by the fill, spread over the sessions at random weights of one to two. */
function generateSessions(dimensions: WindowDimensions, numbers: SeededNumbers): PlannedSitting[] {
  const siteWeights = Array.from({ length: dimensions.sites }, () => 1 + numbers.next());
  const perSite = dimensions.days * dimensions.sessionsPerDay;
  const weightInAll = siteWeights.reduce((sum, weight) => sum + weight, 0) * perSite;
  const seatsInAll = Math.ceil(dimensions.people / dimensions.fill);
  const sessions: PlannedSitting[] = [];
  let weightSoFar = 0;
  let seatsSoFar = 0;
  for (let slot = 0; slot < perSite; slot += 1) {
    const day = Math.floor(slot / dimensions.sessionsPerDay);
    for (const [site, weight] of siteWeights.entries()) {
      weightSoFar += weight;
      const seats = Math.round((seatsInAll * weightSoFar) / weightInAll) - seatsSoFar;
      seatsSoFar += seats;
      if (seats > 0) sessions.push(sessionAt(site, day, slot % dimensions.sessionsPerDay, seats));
    }
  }
  return sessions;
}

function sessionAt(site: number, day: number, turn: number, seats: number): PlannedSitting {
  const date = new Date(FIRST_DAY_MS + day * MINUTES_PER_DAY * 60_000).toISOString().slice(0, 10);
  const dayMinute = FIRST_DAY_MS / 60_000 + day * MINUTES_PER_DAY;
  return {
    sessionId: `site-${site + 1}.${date}.${turn + 1}`,
    siteId: `site-${site + 1}`,
    date,
    startsAtMinute: dayMinute + FIRST_START_MINUTE + turn * START_EVERY_MINUTES,
    minutes: SESSION_MINUTES,
    seats,
    kind: '',
  };
}
