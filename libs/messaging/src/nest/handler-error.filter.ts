import { Catch, type ExceptionFilter } from '@nestjs/common';
import { type Observable, throwError } from 'rxjs';

/**
 * Hands a handler's error to the batch server as it is. Nest's own filter would replace it by a plain object, and with
 * the class the difference between an outage and a bad record would be gone. Filters of a method come first.
 */
@Catch()
export class HandlerErrorFilter implements ExceptionFilter {
  catch(error: unknown): Observable<never> {
    return throwError(() => error);
  }
}
