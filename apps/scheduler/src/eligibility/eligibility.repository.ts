import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Codes, EligibilityDecision } from './domain/eligibility';
import { EligibilityDecisionEntity, EligibilityRuleEntity } from './eligibility.entity';

/** A person of the roster, with the latest decision about them. */
export interface RosterPerson {
  readonly codes: Codes;
  readonly decision: EligibilityDecision | null;
}

/** Rows of one insert: PostgreSQL takes at most 65,535 parameters, and a decision has eight. */
const DECISIONS_PER_INSERT = 5_000;

@Injectable()
export class EligibilityRepository {
  /** Everybody who is registered, or one of them. */
  async people(manager: EntityManager, analyticsId: string | null = null): Promise<RosterPerson[]> {
    return manager.query(
      `SELECT json_build_object('agencyKind', a.kind, 'dutyRegion', p.duty_region, 'education', p.education,
                                'jobLevel', p.job_level, 'performance', p.performance,
                                'retirementYear', p.retirement_year) AS codes,
              CASE WHEN d.analytics_id IS NOT NULL
                   THEN json_build_object('eligible', d.eligible, 'reasonCode', d.reason_code) END AS decision
       FROM persons p
         LEFT JOIN (SELECT DISTINCT ON (code) code, kind FROM agency_versions ORDER BY code, version DESC) a
           ON a.code = p.agency
         LEFT JOIN (SELECT DISTINCT ON (analytics_id) * FROM eligibility_decisions
                    ORDER BY analytics_id, version DESC) d USING (analytics_id)
       WHERE NOT p.withdrawn AND ($1::text IS NULL OR p.analytics_id = $1)`,
      [analyticsId],
    );
  }

  async rules(manager: EntityManager): Promise<EligibilityRuleEntity[]> {
    return manager.find(EligibilityRuleEntity, { order: { rule: 'ASC', version: 'ASC' } });
  }

  async decisions(manager: EntityManager): Promise<EligibilityDecisionEntity[]> {
    return manager.find(EligibilityDecisionEntity);
  }

  async insertRules(manager: EntityManager, rules: readonly EligibilityRuleEntity[]): Promise<void> {
    await manager.insert(EligibilityRuleEntity, [...rules]);
  }

  async insertDecisions(manager: EntityManager, decisions: readonly EligibilityDecisionEntity[]): Promise<void> {
    for (let start = 0; start < decisions.length; start += DECISIONS_PER_INSERT) {
      await manager.insert(EligibilityDecisionEntity, decisions.slice(start, start + DECISIONS_PER_INSERT));
    }
  }
}
