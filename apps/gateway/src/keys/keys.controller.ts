import { Public } from '@app/access';
import type { PublishedReceiptKey } from '@app/receipts';
import { Controller, Get, Header } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { PUBLISHED_KEYS_SCHEMA } from './published-keys.schema';
import { ReceiptKeyRing } from './receipt-key-ring';

/** Keys change about once a year; a verifier that holds one an hour too long loses nothing. */
const CACHE_CONTROL = 'public, max-age=3600';

@ApiTags('receipts')
@Controller('v1/keys')
export class KeysController {
  constructor(private readonly keyRing: ReceiptKeyRing) {}

  @ApiOperation({ summary: 'Every key that signs, or once signed, receipts' })
  @ApiOkResponse({ schema: PUBLISHED_KEYS_SCHEMA })
  @Public()
  @Get()
  @Header('cache-control', CACHE_CONTROL)
  keys(): { keys: readonly PublishedReceiptKey[] } {
    return { keys: this.keyRing.published };
  }
}
