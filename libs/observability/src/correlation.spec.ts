import { correlationIdIn } from './correlation';

const ID = '11111111-1111-4111-8111-111111111111';

describe('the correlation id in a record', () => {
  test.each([
    ['an event', JSON.stringify({ specversion: '1.0', correlationid: ID, data: {} }), ID],
    ['an event that was cut off', `{"specversion":"1.0","correlationid":"${ID}","data":{"a`, ID],
    ['an event without one', JSON.stringify({ specversion: '1.0', data: {} }), undefined],
    ['a text that is none of ours', `{"correlationid":"19780101 2005"}`, undefined],
    ['nothing', '', undefined],
  ])('of %s', (_what, value, id) => {
    expect(correlationIdIn(value)).toBe(id);
  });
});
