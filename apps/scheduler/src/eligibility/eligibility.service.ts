import { DomainError } from '@app/contracts';
import type { Runtime } from '@app/messaging';
import { Inject, Injectable } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { withoutRow } from '../csv-cells';
import { lockImports } from '../import-lock';
import { SCHEDULER_DATA_SOURCE, SCHEDULER_RUNTIME } from '../scheduler.tokens';
import { type ImportReport, type Recording, latestVersions, newVersions, reportOf } from '../versioned-records';
import {
  type Codes,
  type Eligibility,
  type EligibilityRule,
  type RuleAnswer,
  type Standing,
  answerOf,
  standingOf,
} from './domain/eligibility';
import type { EligibilityRuleEntity } from './eligibility.entity';
import { readDecisions, readRules } from './eligibility.file';
import { EligibilityRepository } from './eligibility.repository';

export interface RuleCounts extends Readonly<Record<RuleAnswer, number>> {
  readonly rule: string;
  readonly version: number;
  readonly binding: boolean;
  readonly author: string;
  readonly source: string;
}

export interface EligibilityView {
  readonly people: number;
  readonly standing: Readonly<Record<Eligibility, number>>;
  readonly rules: readonly RuleCounts[];
}

export interface PersonEligibilityView extends Standing {
  readonly analyticsId: string;
  readonly codes: Codes;
}

/** Says who is eligible, by which rules, and why. */
@Injectable()
export class EligibilityService {
  constructor(
    @Inject(SCHEDULER_DATA_SOURCE) private readonly dataSource: DataSource,
    @Inject(SCHEDULER_RUNTIME) private readonly runtime: Runtime,
    private readonly repository: EligibilityRepository,
  ) {}

  async show(): Promise<EligibilityView> {
    const { manager } = this.dataSource;
    const recorded = await this.rulesInForce();
    const rules = recorded.map(ruleOf);
    const people = await this.repository.people(manager);
    const standing = { eligible: 0, unknown: 0, excluded: 0 };
    const counts = rules.map(() => ({ met: 0, 'not-met': 0, missing: 0 }));
    for (const { codes, decision } of people) {
      standing[standingOf(codes, rules, decision).eligibility] += 1;
      rules.forEach((rule, index) => (counts[index]![answerOf(codes, rule)] += 1));
    }
    const answers = recorded.map(({ rule, version, binding, author, source }, index) => ({
      rule,
      version,
      binding,
      author,
      source,
      ...counts[index]!,
    }));
    return { people: people.length, standing, rules: answers };
  }

  async explain(analyticsId: string): Promise<PersonEligibilityView> {
    const [person] = await this.repository.people(this.dataSource.manager, analyticsId);
    if (!person) throw new DomainError('progress.unknown-person');
    const rules = (await this.rulesInForce()).map(ruleOf);
    return { analyticsId, codes: person.codes, ...standingOf(person.codes, rules, person.decision) };
  }

  async importRules(text: string, account: string): Promise<ImportReport> {
    const rows = readRules(text);
    return this.dataSource.transaction(async (manager) => {
      await lockImports(manager);
      const versions = newVersions(rows.map(withoutRow), await this.repository.rules(manager), ({ rule }) => rule);
      await this.repository.insertRules(
        manager,
        versions.map((version) => ({ ...version, ...this.recording(account) })),
      );
      return reportOf(rows, versions.length);
    });
  }

  async importDecisions(text: string, account: string): Promise<ImportReport> {
    const rows = readDecisions(text);
    return this.dataSource.transaction(async (manager) => {
      await lockImports(manager);
      const recorded = await this.repository.decisions(manager);
      const versions = newVersions(rows.map(withoutRow), recorded, ({ analyticsId }) => analyticsId);
      await this.repository.insertDecisions(
        manager,
        versions.map((version) => ({ ...version, ...this.recording(account) })),
      );
      return reportOf(rows, versions.length);
    });
  }

  private async rulesInForce(): Promise<EligibilityRuleEntity[]> {
    const recorded = await this.repository.rules(this.dataSource.manager);
    return [...latestVersions(recorded, ({ rule }) => rule).values()];
  }

  private recording(account: string): Recording {
    return { recordedBy: account, recordedAt: new Date(this.runtime.nowMs()) };
  }
}

function ruleOf(recorded: Omit<EligibilityRule, 'allowed'> & { readonly allowed: string }): EligibilityRule {
  const { rule, version, code, allowed, binding } = recorded;
  return { rule, version, code, allowed: allowed.split(' '), binding };
}
