import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';

/** Files that operations import before a rollout; the last is made up and stays marked as a scenario. */
export interface RolloutFiles {
  readonly clusters: string;
  readonly agencies: string;
  readonly scenario: string;
  /** Codes of the agencies of each cluster. */
  readonly members: ReadonlyMap<number, readonly string[]>;
}

interface MemberRow {
  readonly code: string;
  readonly cluster: string;
}

export function readRolloutFiles(folder: string): RolloutFiles {
  const read = (name: string) => readFileSync(join(folder, name), 'utf8');
  const agencies = read('agencies.csv');
  const scenario = read('scenario-memberships.csv');
  const rows = [...rowsOf(agencies), ...rowsOf(scenario)].filter(({ cluster }) => cluster !== '');
  const members = new Map<number, string[]>();
  for (const { code, cluster } of rows) members.set(Number(cluster), [...(members.get(Number(cluster)) ?? []), code]);
  return {
    clusters: read('clusters.csv'),
    agencies,
    scenario,
    members,
  };
}

function rowsOf(csv: string): MemberRow[] {
  return parse<MemberRow>(csv, { columns: true });
}
