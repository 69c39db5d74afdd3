import { parseCsv } from '@app/bootstrap';
import { AGENCY_CODE, AUTHOR, CLUSTER, DATE, IDENTIFIER, TEXT, isCalendarDate, optional } from '../csv-cells';
import { FileProblems } from '../file-problems';

/** Indonesia has some 700 agencies, central and regional. */
const AGENCIES_MAX = 5_000;
/** A few sources for every agency. */
const SOURCES_MAX = 5_000;

export interface AgencyRow {
  readonly row: number;
  readonly code: string;
  readonly name: string;
  readonly abbreviation: string;
  readonly kind: string;
  readonly cluster: number | null;
  readonly source: string;
  readonly note: string;
}

/** The header of the published file: `code,name_id,abbreviation,kind,cluster,source,note`. */
export function readAgencies(text: string): AgencyRow[] {
  const columns = {
    code: { ...AGENCY_CODE, unique: true },
    name_id: TEXT,
    abbreviation: optional(TEXT),
    kind: IDENTIFIER,
    cluster: optional(CLUSTER),
    source: TEXT,
    note: optional(TEXT),
  };
  return parseCsv(text, { columns, maxRows: AGENCIES_MAX }).map(({ row, values }) => {
    const { name_id: name, cluster, ...others } = values;
    return { ...others, row, name, cluster: clusterOf(cluster) };
  });
}

export interface MembershipRow {
  readonly row: number;
  readonly code: string;
  readonly cluster: number | null;
  readonly effectiveFrom: string;
  readonly author: string;
  readonly source: string;
  readonly note: string;
}

/** Corrections and later decisions, and scenarios: `code,cluster,effectiveFrom,author,source[,note]`. */
export function readMemberships(text: string): MembershipRow[] {
  const columns = {
    code: AGENCY_CODE,
    cluster: optional(CLUSTER),
    effectiveFrom: DATE,
    author: AUTHOR,
    source: TEXT,
    note: optional(TEXT),
  };
  const rows = parseCsv(text, { columns, maxRows: AGENCIES_MAX }).map(({ row, values }) => ({
    ...values,
    row,
    cluster: clusterOf(values.cluster),
  }));
  const problems = new FileProblems();
  for (const { row, effectiveFrom } of rows) {
    if (!isCalendarDate(effectiveFrom)) problems.add(row, 'effectiveFrom', 'is not in the calendar');
  }
  problems.addRepeats(rows, 'code', ({ code, effectiveFrom }) => `${code} ${effectiveFrom}`);
  problems.refuseIfAny();
  return rows;
}

export interface SourceRow {
  readonly row: number;
  readonly sourceId: string;
  readonly agencyCode: string | null;
  readonly publishedOn: string | null;
  readonly title: string;
  readonly address: string;
  readonly finding: string;
}

/** Where clusters were looked for: `sourceId,agency,publishedOn,title,address,finding`; no agency means all of them. */
export function readSources(text: string): SourceRow[] {
  const columns = {
    sourceId: { ...IDENTIFIER, unique: true },
    agency: optional(AGENCY_CODE),
    publishedOn: optional(DATE),
    title: TEXT,
    address: TEXT,
    finding: TEXT,
  };
  const rows = parseCsv(text, { columns, maxRows: SOURCES_MAX });
  const problems = new FileProblems();
  for (const { row, values } of rows) {
    const { publishedOn } = values;
    if (publishedOn && !isCalendarDate(publishedOn)) problems.add(row, 'publishedOn', 'is not in the calendar');
  }
  problems.refuseIfAny();
  return rows.map(({ row, values }) => {
    const { agency, publishedOn, ...others } = values;
    return { ...others, row, agencyCode: agency || null, publishedOn: publishedOn || null };
  });
}

function clusterOf(cell: string): number | null {
  return cell === '' ? null : Number(cell);
}
