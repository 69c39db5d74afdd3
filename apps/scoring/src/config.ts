import { ServiceConfig } from '@app/bootstrap';

/** Scoring needs no secrets of its own: it never sees a name, a PIN or an attempt token. */
export class ScoringConfig extends ServiceConfig {}
