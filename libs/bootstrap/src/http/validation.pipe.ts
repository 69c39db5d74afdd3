import { DomainError, type Problem } from '@app/contracts';
import { ValidationPipe } from '@nestjs/common';
import type { ValidationError } from 'class-validator';

/** Checks bodies, queries and parameters against their classes; fields that a class does not name are refused. */
export function createValidationPipe(): ValidationPipe {
  return new ValidationPipe({
    transform: true,
    whitelist: true,
    forbidNonWhitelisted: true,
    stopAtFirstError: true,
    // Values may be personal and never go back, targets name classes.
    validationError: { target: false, value: false },
    exceptionFactory: (errors) =>
      new DomainError('request.invalid', undefined, { problems: errors.flatMap((error) => problemsOf(error, '')) }),
  });
}

function problemsOf(error: ValidationError, parent: string): Problem[] {
  const at = parent === '' ? error.property : `${parent}.${error.property}`;
  const own = Object.values(error.constraints ?? {}).map((message) => ({
    at,
    message: withoutProperty(message, error),
  }));
  return [...own, ...(error.children ?? []).flatMap((child) => problemsOf(child, at))];
}

/** class-validator begins its messages with the property's name, which `at` says already. */
function withoutProperty(message: string, { property }: ValidationError): string {
  for (const start of [`${property} `, `property ${property} `]) {
    if (message.startsWith(start)) return message.slice(start.length);
  }
  return message;
}
