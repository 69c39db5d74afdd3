import { ServiceConfig } from '@app/bootstrap';

/** The scheduler needs no secrets of its own: it knows people by pseudonym only. */
export class SchedulerConfig extends ServiceConfig {}
