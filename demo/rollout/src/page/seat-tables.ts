import type { CountTable } from '../../../../apps/scheduler/src/pages/count.table';
import type { RolloutPage } from '../../../../apps/scheduler/src/pages/rollout.page';
import type { PlanView, PlannedSession } from '../generator/plan-view';
import type { Person } from '../people/people';
import { localDateOf } from '../play/local-time';

/** Who sits where: home region by site, and for each cluster day by site, as the plan in force says. */
export function seatTables(
  plan: PlanView,
  people: readonly Person[],
  siteIds: readonly string[],
): RolloutPage['seats'] {
  const sessions = [...plan.sessions.values()];
  const clusters = [...new Set(sessions.map(({ cluster }) => cluster))].sort((one, other) => one - other);
  return [
    {
      id: 'Rencana kursi: wilayah tugas × lokasi',
      en: 'Seat plan: duty region × site, all clusters',
      table: zonesBySite(sessions, people, siteIds),
    },
    ...clusters.map((cluster) => ({
      id: `Rencana kursi klaster ${cluster}: hari × lokasi`,
      en: `Seat plan of cluster ${cluster}: day × site`,
      table: daysBySite(
        sessions.filter((session) => session.cluster === cluster),
        siteIds,
      ),
    })),
  ];
}

function zonesBySite(
  sessions: readonly PlannedSession[],
  people: readonly Person[],
  siteIds: readonly string[],
): CountTable {
  const zoneOf = new Map(people.map(({ analyticsId, dutyRegion }) => [analyticsId, dutyRegion]));
  const counts = new Map<string, number[]>();
  for (const { siteId, seats } of sessions) {
    const column = siteIds.indexOf(siteId);
    for (const analyticsId of seats.keys()) {
      const zone = zoneOf.get(analyticsId)!;
      const row = counts.get(zone) ?? siteIds.map(() => 0);
      row[column]! += 1;
      counts.set(zone, row);
    }
  }
  const rows = [...counts].map(([label, own]) => ({ label, counts: own }));
  return { corner: 'wilayah', columns: siteIds.map(shortName), rows: rows.sort(byLabel) };
}

function daysBySite(sessions: readonly PlannedSession[], siteIds: readonly string[]): CountTable {
  const counts = new Map<string, number[]>();
  for (const { siteId, seats, startsAt } of sessions) {
    const date = localDateOf(Date.parse(startsAt));
    const row = counts.get(date) ?? siteIds.map(() => 0);
    row[siteIds.indexOf(siteId)]! += seats.size;
    counts.set(date, row);
  }
  const rows = [...counts].map(([label, own]) => ({ label, counts: own }));
  return { corner: 'hari', columns: siteIds.map(shortName), rows: rows.sort(byLabel) };
}

function byLabel(one: { readonly label: string }, other: { readonly label: string }): number {
  return one.label < other.label ? -1 : 1;
}

function shortName(siteId: string): string {
  return siteId.replace(/^lokasi-/, '');
}
