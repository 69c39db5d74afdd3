import { fileURLToPath, pathToFileURL } from 'node:url';
import type { PlanningProblem } from './domain/planning-problem';
import type { PlanningFiles, PlanningOptions, PlanningTask } from './planning.task';

/** The thread runs the sources, as the tests do. */
export const SOURCE_THREAD = {
  execArgv: ['-r', fileURLToPath(new URL('../../../../tools/register.cjs', pathToFileURL(__filename)))],
};

export const OPTIONS: PlanningOptions = { agencyDayCap: '1', reserve: '0', accessFirst: false, seed: '1' };

/** Three people of one agency, two sites, one date. */
export const SMALL_FILES = {
  roster: 'personId,agency,zone,access\nana,BKN,north,none\nbudi,BKN,north,wheelchair\ncitra,BKN,south,none\n',
  sites: 'siteId,zone,suits,capacity\ns1,north,wheelchair,10\ns2,south,,10\n',
  sessions:
    'sessionId,siteId,date,startsAt,minutes,seats\n' + 'm1,s1,2022-10-03,08:00,120,2\nm2,s2,2022-10-03,08:00,120,2\n',
  distances: 'zone,siteId,km\nnorth,s1,0.1\nnorth,s2,0.7\nsouth,s1,0.2\nsouth,s2,0.2\n',
};

export function filesOf(texts: Partial<Record<keyof PlanningFiles, string>> = {}): PlanningFiles {
  const all = { ...SMALL_FILES, ...texts };
  return {
    roster: { name: 'roster.csv', text: all.roster },
    sites: { name: 'sites.csv', text: all.sites },
    sessions: { name: 'sessions.csv', text: all.sessions },
    distances: { name: 'distances.csv', text: all.distances },
  };
}

export function taskOf(
  texts: Partial<Record<keyof PlanningFiles, string>> = {},
  options: Partial<PlanningOptions> = {},
): PlanningTask {
  return { files: filesOf(texts), options: { ...OPTIONS, ...options }, loss: null };
}

/** A problem as the files that say it. */
export function textsOf({ people, sites, sessions, distances, unitsPerKm }: PlanningProblem): typeof SMALL_FILES {
  const csv = (header: string, rows: readonly (readonly (string | number)[])[]): string =>
    `${[header, ...rows.map((row) => row.join(','))].join('\n')}\n`;
  const timeOf = (minute: number): string => new Date(minute * 60_000).toISOString().slice(11, 16);
  return {
    roster: csv(
      'personId,agency,zone,access',
      people.map(({ personId, agency, zone, access }) => [personId, agency, zone, access]),
    ),
    sites: csv(
      'siteId,zone,suits',
      sites.map(({ siteId, suits }) => [siteId, 'somewhere', suits.join(' ')]),
    ),
    sessions: csv(
      'sessionId,siteId,date,startsAt,minutes,seats',
      sessions.map((session) => [
        session.sessionId,
        session.siteId,
        session.date,
        timeOf(session.startsAtMinute),
        session.minutes,
        session.seats,
      ]),
    ),
    distances: csv(
      'zone,siteId,km',
      distances.map(({ zone, siteId, units }) => [zone, siteId, units / unitsPerKm]),
    ),
  };
}
