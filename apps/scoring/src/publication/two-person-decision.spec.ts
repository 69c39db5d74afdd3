import { assertConfirmable, isOpen, PROPOSAL_VALID_MS } from './two-person-decision';

const proposedAt = new Date(Date.UTC(2026, 0, 1));
const proposal = { proposedBy: 'ana', proposedAt };
const refusal = (code: string) => expect.objectContaining({ code });

describe('a decision of two people', () => {
  test('another account confirms within a day, to the last millisecond', () => {
    const lastMs = proposedAt.getTime() + PROPOSAL_VALID_MS;
    expect(() => assertConfirmable(proposal, 'rudi', lastMs)).not.toThrow();
    expect(() => assertConfirmable(proposal, 'rudi', lastMs + 1)).toThrow(refusal('decision.expired'));
    expect([isOpen(proposal, lastMs), isOpen(proposal, lastMs + 1)]).toEqual([true, false]);
  });

  test('the account that proposed cannot confirm', () => {
    expect(() => assertConfirmable(proposal, 'ana', proposedAt.getTime())).toThrow(
      refusal('decision.second-person-needed'),
    );
  });

  test('nothing is confirmed that nobody proposed', () => {
    expect(() => assertConfirmable({ proposedBy: null, proposedAt: null }, 'rudi', 0)).toThrow(
      refusal('decision.no-proposal'),
    );
  });
});
