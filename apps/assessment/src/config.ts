import { ParticipantServiceConfig, SecretFromEnv } from '@app/bootstrap';
import { Matches } from 'class-validator';

export class AssessmentConfig extends ParticipantServiceConfig {
  @SecretFromEnv(
    'PETABAKAT_IDENTITY_SECRET',
    'base64 of 32 bytes or more: guards names, identity numbers, PINs and pseudonyms',
  )
  @Matches(/^[A-Za-z0-9+/=_-]{43,}$/, { message: 'must be base64 of 32 bytes or more' })
  identitySecret: string;
}
