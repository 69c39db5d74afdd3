import { join } from 'node:path';
import type { Property } from '../checker/findings';
import type { HarmName } from './harms';

/** A defect that somebody could have written, and what has to notice it. */
export interface Mutant {
  /** Its patch is `<name>.patch` beside this file. */
  readonly name: string;
  readonly what: string;
  /** Layers that the patch removes: where several protect one another, all of them. */
  readonly removes: readonly string[];
  /** Any of these properties finds it; none where a layer behind it is known to make it harmless. */
  readonly foundBy: readonly Property[];
  readonly harm: HarmName;
  readonly log?: 'kafka';
  /** Attempts end by their deadline, not by a submission. */
  readonly endsByDeadline?: true;
  /** A matter of logic, which the simulator has to judge as well; left out where processes and disks decide. */
  readonly inSimulator?: 'found' | 'survives';
  /** The layer that protects where nothing can be found. */
  readonly survives?: string;
}

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'sequence-guard-removed',
    what: 'the answer that arrives last counts',
    removes: ['fold of a single answer', 'judgement of the whole history', 'guarded upsert'],
    foundBy: ['P4', 'P5'],
    harm: 'none',
    inSimulator: 'found',
  },
  {
    name: 'sequence-guard-removed-in-sql',
    what: 'the upsert of a current answer asks nothing',
    removes: ['guarded upsert'],
    foundBy: [],
    harm: 'none',
    inSimulator: 'survives',
    survives: 'the fold hands over nothing that would lower a seq',
  },
  {
    name: 'sequence-guard-removed-in-fold',
    what: 'the fold takes every answer that counts for the current one',
    removes: ['fold of a single answer'],
    foundBy: [],
    harm: 'none',
    inSimulator: 'survives',
    survives: 'the guarded upsert refuses the older answer, and closings judge the whole history',
  },
  {
    name: 'sequence-guard-removed-in-judgement',
    what: 'closings take the answer that stands last for the current one',
    removes: ['judgement of the whole history'],
    foundBy: ['P5'],
    harm: 'none',
    inSimulator: 'found',
  },
  {
    name: 'dedup-removed',
    what: 'a repeat is stored again',
    removes: ['look at the first record in the fold', 'ON CONFLICT', 'primary key', 'count of inserted rows'],
    foundBy: ['P2'],
    harm: 'none',
    inSimulator: 'found',
  },
  {
    name: 'dedup-removed-in-fold',
    what: 'the fold takes a repeat for new',
    removes: ['look at the first record in the fold'],
    foundBy: ['P1', 'P3'],
    harm: 'none',
    inSimulator: 'found',
  },
  {
    name: 'dedup-removed-in-sql',
    what: 'the table of answers takes a second row of one number',
    removes: ['ON CONFLICT', 'primary key', 'count of inserted rows'],
    foundBy: [],
    harm: 'none',
    inSimulator: 'survives',
    survives: 'the fold looks at the first record of a number before it hands one over',
  },
  {
    name: 'fence-removed',
    what: 'consumers begin at the start of the log and apply whatever they are given',
    removes: ['position of the consumer', 'position in the transaction'],
    foundBy: ['P2', 'P14'],
    harm: 'assessment-killed',
    inSimulator: 'found',
  },
  {
    name: 'fence-removed-in-transaction',
    what: 'a batch is applied without a look at the position',
    removes: ['position in the transaction'],
    foundBy: [],
    harm: 'assessment-killed',
    inSimulator: 'found',
    survives: 'positions move with their batch, so a restart redelivers nothing; only a zombie could',
  },
  {
    name: 'fence-removed-in-position',
    what: 'consumers begin at the start of the log whenever they start',
    removes: ['position of the consumer'],
    foundBy: [],
    harm: 'assessment-killed',
    inSimulator: 'survives',
    survives: 'the transaction leaves out what it has applied',
  },
  {
    name: 'acknowledged-before-append',
    what: 'the gateway signs a receipt and appends afterwards',
    removes: ['wait for the append'],
    foundBy: ['P1', 'P11'],
    harm: 'log-connections-cut',
  },
  {
    name: 'acknowledged-on-any-resolved-send',
    what: 'kafkajs retries by itself, and a resolved send counts for every record of it',
    removes: ['one leader per send', 'no retries of kafkajs', 'look at what the answer names'],
    foundBy: ['P1', 'P11'],
    harm: 'leaders-moved',
    log: 'kafka',
  },
  {
    name: 'relay-marks-before-publishing',
    what: 'the outbox is marked as published before the log has it',
    removes: ['order of append and mark'],
    foundBy: ['P14', 'P5'],
    harm: 'log-connections-cut',
    inSimulator: 'found',
  },
  {
    name: 'read-without-barrier',
    what: 'a read shows what the tables hold at the moment',
    removes: ['wait for the fold'],
    foundBy: ['P12'],
    harm: 'none',
    inSimulator: 'found',
  },
  {
    name: 'receipt-with-another-offset',
    what: 'a receipt names the position behind its record',
    removes: ['offset of the acknowledgement'],
    foundBy: ['P11'],
    harm: 'none',
  },
  {
    name: 'deadline-marker-too-early',
    what: 'the sweeper appends markers before their time',
    removes: ['delay of the marker', 'look at the time'],
    foundBy: ['P13'],
    harm: 'none',
    endsByDeadline: true,
    inSimulator: 'found',
  },
  {
    name: 'position-past-unprocessed-record',
    what: 'the position moves one record further than was applied',
    removes: ['position in the transaction'],
    foundBy: ['P1', 'P8'],
    harm: 'none',
    inSimulator: 'found',
  },
  {
    name: 'synchronous-commit-off',
    what: 'PostgreSQL acknowledges commits that are not on disk',
    removes: ['setting of the connections', 'refusal of unsafe settings'],
    foundBy: ['P1', 'P11', 'P14'],
    harm: 'postgres-killed',
  },
];

export function patchOf({ name }: Mutant): string {
  return join(__dirname, `${name}.patch`);
}
