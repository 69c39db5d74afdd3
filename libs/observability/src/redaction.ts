const MASK = '[redacted]';

/**
 * Identity numbers as people write them: NIK (16 digits), NIP (18 digits, also in groups of 8, 6, 1 and 3). A digit run
 * inside a hash or an id stays readable.
 */
const IDENTITY_NUMBER = /(?<![0-9A-Za-z])(?:\d{16}|\d{8}[ .-]?\d{6}[ .-]?\d[ .-]?\d{3})(?![0-9A-Za-z])/g;

/** Names of fields whose value is secret or personal, in lower case. */
const SENSITIVE_FIELDS = new Set([
  'authorization',
  'cookie',
  'email',
  'fullname',
  'nik',
  'nip',
  'participantname',
  'password',
  'phone',
  'pin',
  'secret',
  'token',
]);

/** Takes identity numbers out of a text that is about to be logged or sent. */
export function redactText(text: string): string {
  return text.replace(IDENTITY_NUMBER, MASK);
}

/** Takes the value of a field out where its name says that it is secret or personal. */
export function redactField(field: string, value: unknown): unknown {
  return SENSITIVE_FIELDS.has(field.toLowerCase()) ? MASK : value;
}
