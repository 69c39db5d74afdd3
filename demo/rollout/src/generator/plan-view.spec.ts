import { type EventName, buildEvent } from '@app/contracts';
import type { LogRecord } from '@app/messaging';
import { PlanView } from './plan-view';

let offset = 0;
function told(name: EventName, key: string, data: object): LogRecord {
  const time = '2022-10-03T00:00:00.000Z';
  const event = buildEvent(name, { id: `${name}/${offset}`, source: '/tests', subject: key, time, data });
  return { offset: offset++, key, value: JSON.stringify(event), appendedAtMs: 0 };
}

const session = (sessionId: string, startsAt: string, version = 1) =>
  told('sessionPlanned', sessionId, {
    sessionId,
    version,
    cluster: 1,
    siteId: 'site-1',
    room: 'aula',
    startsAt,
    timeZone: 'Asia/Jakarta',
    durationSeconds: 5_400,
    pinClosesAt: startsAt,
    lastStartAt: startsAt,
    seats: 20,
    formId: 'sat12',
    formVersion: 1,
  });
const seat = (sessionId: string, analyticsId: string, number: string) =>
  told('seatsAssigned', sessionId, { sessionId, version: 2, seats: [{ seat: number, analyticsId, extraSeconds: 0 }] });

describe('the plan as the generator sees it', () => {
  const early = '2022-10-05T01:00:00.000Z';
  const day = [Date.parse('2022-10-05T00:00:00Z'), Date.parse('2022-10-06T00:00:00Z')] as const;

  test('seats follow what was assigned and released last, and a session planned anew keeps its people', () => {
    const plan = new PlanView();
    plan.apply([session('s1', early), session('s2', early), seat('s1', 'p1', '1'), seat('s1', 'p2', '2')]);
    const released = {
      sessionId: 's1',
      version: 3,
      seats: [{ seat: '1', analyticsId: 'p1' }],
      reasonCode: 'site-lost',
    };
    plan.apply([
      told('seatsReleased', 's1', released),
      seat('s2', 'p1', '7'),
      seat('s1', 'p2', '5'),
      session('s1', early, 4),
    ]);
    expect([...plan.sessions.get('s1')!.seats.values()].map((one) => [one.analyticsId, one.seat])).toEqual([
      ['p2', '5'],
    ]);
    expect([...plan.sessions.get('s2')!.seats.keys()]).toEqual(['p1']);
  });

  test('cancelled sessions and those of other days do not start', () => {
    const plan = new PlanView();
    plan.apply([session('s1', early), session('s2', early), session('s3', '2022-10-06T01:00:00.000Z')]);
    plan.apply([told('sessionCancelled', 's2', { sessionId: 's2', version: 2, reasonCode: 'site-lost' })]);
    expect(plan.startingBetween(...day).map(({ sessionId }) => sessionId)).toEqual(['s1']);
  });

  test('a cluster is admitted as the scheduler said last', () => {
    const plan = new PlanView();
    const admission = (version: number, open: boolean) =>
      told('admissionChanged', '1', { cluster: 1, version, open, reasonCode: 'gates-passed', at: early });
    expect(plan.isAdmitted(1)).toBe(false);
    plan.apply([admission(1, true)]);
    expect(plan.isAdmitted(1)).toBe(true);
    plan.apply([admission(2, false)]);
    expect(plan.isAdmitted(1)).toBe(false);
  });
});
