import { Roles } from '@app/access';
import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { FormsService } from './forms.service';
import { ImportFormDto } from './import-form.dto';

@ApiTags('forms')
@Controller('v1/forms')
export class FormsController {
  constructor(private readonly forms: FormsService) {}

  @Post()
  @HttpCode(200)
  @Roles('operations')
  import(@Body() form: ImportFormDto) {
    return this.forms.import(form);
  }
}
