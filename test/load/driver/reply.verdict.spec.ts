import { NoReply, NotSent } from './http.connection';
import { answerVerdictOf, shownOf, verdictOf, verdictOfError } from './reply.verdict';

const reply = (status: number) => ({ status, body: '', retryAfterMs: null, closes: false });
const receipt = { seq: 7 };

describe('the verdict on a reply', () => {
  test.each([
    ['200', 200, {}, 'ok', false],
    ['a 503 that guarantees nothing was appended', 503, { code: 'answer.not-appended' }, 'fail', true],
    ['a 503 of a server whose clock is wrong', 503, { code: 'service.clock-wrong' }, 'fail', true],
    ['a 503 of an overloaded gateway', 503, { code: 'answer.overloaded' }, 'fail', true],
    ['a 503 that knows nothing', 503, { code: 'answer.unknown' }, 'unknown', true],
    ['any other 503', 503, { code: 'service.unavailable' }, 'unknown', true],
    ['a 502 without a body', 502, {}, 'unknown', true],
    ['a 409', 409, { code: 'attempt.superseded' }, 'fail', false],
    ['a 429', 429, { code: 'request.too-many' }, 'fail', true],
  ])('%s', (_, status, body, outcome, mayRepeat) => {
    expect(verdictOf(reply(status), body)).toMatchObject({ outcome, mayRepeat });
  });

  test('without a reply the outcome is unknown once a byte was sent, and certain before', () => {
    expect(verdictOfError(new NoReply('ECONNRESET'))).toMatchObject({ outcome: 'unknown', code: 'ECONNRESET' });
    expect(verdictOfError(new NotSent('ECONNREFUSED'))).toMatchObject({ outcome: 'fail', wasSent: false });
  });

  test('answers of one request are judged one by one', () => {
    const body = { code: 'answer.unknown', receipts: [receipt], notAppended: [8], unknown: [9] };
    const whole = verdictOf(reply(503), body);
    expect(answerVerdictOf(whole, body, 7)).toMatchObject({ verdict: { outcome: 'ok' }, receipt });
    expect(answerVerdictOf(whole, body, 8).verdict).toMatchObject({ outcome: 'fail', code: 'answer.not-appended' });
    expect(answerVerdictOf(whole, body, 9).verdict).toMatchObject({ outcome: 'unknown', code: 'answer.unknown' });
  });

  test('a success without a receipt acknowledges nothing', () => {
    const body = { receipts: [receipt] };
    expect(answerVerdictOf(verdictOf(reply(200), body), body, 8).verdict).toMatchObject({ outcome: 'unknown' });
  });

  test('no secret of a reply gets into the history', () => {
    expect(shownOf('login', { attemptId: 'a', token: 't' })).toEqual({ reply: { attemptId: 'a' } });
    expect(shownOf('start', { formKey: 'k', deadline: 'd' })).toEqual({ reply: { deadline: 'd' } });
  });
});
