/**
 * Tables whose rows people entered or the service decided, each with its primary key. Every change of them goes to the
 * topic of records, so that the log alone gives them back. The order is that of their foreign keys.
 */
export const KEPT_TABLES: Readonly<Record<string, readonly string[]>> = {
  clusters: ['number'],
  cluster_versions: ['number', 'version'],
  cluster_decisions: ['cluster', 'sequence'],
  agencies: ['code'],
  agency_versions: ['code', 'version'],
  memberships: ['agency_code', 'version'],
  membership_editions: ['version'],
  searched_sources: ['source_id', 'version'],
  gate_rules: ['gate', 'version'],
  gate_evaluations: ['cluster', 'gate', 'evaluation'],
  ramp_plans: ['cluster', 'version'],
  ramp_members: ['cluster', 'analytics_id'],
  target_versions: ['target_id', 'version'],
  published_totals: ['total_id', 'version'],
  eligibility_rules: ['rule', 'version'],
  eligibility_decisions: ['analytics_id', 'version'],
  sessions: ['session_id'],
  seats: ['session_id', 'seat'],
  seat_plans: ['cluster', 'version'],
};

/** Tables that follow from other services' topics; they fill themselves when the log is consumed from its start. */
export const TOLD_TABLES: readonly string[] = [
  'persons',
  'attempt_closings',
  'attempt_results',
  'session_runs',
  'process_figures',
  'attestations',
  'quality_reports',
  'records_set_aside',
];
