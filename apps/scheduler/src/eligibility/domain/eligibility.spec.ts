import { type EligibilityRule, answerOf, standingOf } from './eligibility';

const rule = (fields: Partial<EligibilityRule>): EligibilityRule => ({
  rule: 'education',
  version: 1,
  code: 'education',
  allowed: ['d3', 's1'],
  binding: true,
  ...fields,
});
const REGION = rule({ rule: 'duty-region', code: 'dutyRegion', allowed: ['jakarta', 'bekasi'] });
const RETIREMENT = rule({ rule: 'retirement', code: 'retirementYear', allowed: ['from-2025'], binding: false });
const RULES = [rule({}), REGION, RETIREMENT];
const FIT = { education: 'S1', dutyRegion: 'jakarta', retirementYear: 2040 };

describe('a person', () => {
  test('who meets every binding rule is eligible', () => {
    expect(standingOf(FIT, RULES, null)).toEqual({ eligibility: 'eligible', reasons: [] });
  });

  test('whose code is missing is unknown, and the answer says which', () => {
    const { eligibility, reasons } = standingOf({ ...FIT, education: null }, RULES, null);
    expect([eligibility, reasons]).toEqual(['unknown', ['education: no education']]);
  });

  test('whom a rule does not admit is unknown, too: no rule excludes anybody', () => {
    expect(standingOf({ ...FIT, dutyRegion: 'papua' }, RULES, null)).toEqual({
      eligibility: 'unknown',
      reasons: ['duty-region: not met'],
    });
  });

  test('is excluded, or let in, by a recorded decision whatever the rules say', () => {
    const excluded = { eligible: false, reasonCode: 'seconded-abroad' };
    expect(standingOf(FIT, RULES, excluded)).toEqual({
      eligibility: 'excluded',
      reasons: ['decided: seconded-abroad'],
    });
    const letIn = { eligible: true, reasonCode: 'diploma-seen' };
    expect(standingOf({}, RULES, letIn).eligibility).toBe('eligible');
  });

  test('who retires soon is told of and stays eligible', () => {
    expect(answerOf({ retirementYear: 2024 }, RETIREMENT)).toBe('not-met');
    expect(standingOf({ ...FIT, retirementYear: 2024 }, RULES, null).eligibility).toBe('eligible');
  });
});
