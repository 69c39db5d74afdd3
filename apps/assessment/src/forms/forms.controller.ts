import { Roles } from '@app/access';
import { BodyLimit } from '@app/bootstrap';
import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { FormsService } from './forms.service';
import { ImportFormDto } from './import-form.dto';

/** A thousand items with pictures left out; texts are at most 8,000 characters. */
const FORM_BYTES_MAX = 10_000_000;

@ApiTags('forms')
@Controller('v1/forms')
export class FormsController {
  constructor(private readonly forms: FormsService) {}

  @Post()
  @HttpCode(200)
  @Roles('operations')
  @BodyLimit(FORM_BYTES_MAX)
  import(@Body() form: ImportFormDto) {
    return this.forms.import(form);
  }
}
