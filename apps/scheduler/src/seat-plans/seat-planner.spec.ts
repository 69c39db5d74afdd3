import { SOURCE_THREAD, taskOf } from '../planning/planning.fixture';
import { SeatPlanner } from './seat-planner';

/** A thread compiles the sources it runs. */
const THREAD_START_MS = 60_000;
const PATIENT_SECONDS = 50;

describe('the planner of the service', () => {
  test(
    'makes one plan at a time, and is free again afterwards, whatever came of it',
    async () => {
      const planner = new SeatPlanner(SOURCE_THREAD);
      const first = planner.plan(taskOf(), 0.001);
      await expect(planner.plan(taskOf(), PATIENT_SECONDS)).rejects.toMatchObject({ code: 'plan.planner-busy' });
      await expect(first).rejects.toMatchObject({ code: 'plan.time-limit' });
      const { report } = await planner.plan(taskOf(), PATIENT_SECONDS);
      expect(report).toMatchObject({ people: 3, placed: 3 });
    },
    THREAD_START_MS,
  );
});
