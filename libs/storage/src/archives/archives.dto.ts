import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@kubarr/platform/openapi';
import { ChoiceField } from '@kubarr/platform/http';
import { Transform } from 'class-transformer';
import { ArrayMaxSize, ArrayMinSize, IsArray, IsString, Matches, MaxLength } from 'class-validator';
import { MAX_PATH_TEXT_LENGTH } from '../storage.dto.js';

/** Paths per archive: they are part of the URL, whose length is limited. */
const MAX_PATHS = 100;

const SeveralPaths = (): PropertyDecorator =>
  applyDecorators(
    ApiProperty({
      description: `Relative path of a file or folder; may be given up to ${MAX_PATHS} times`,
      type: [String],
      example: ['media/holiday'],
      minItems: 1,
      maxItems: MAX_PATHS,
    }),
    Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? [value] : value)),
    IsArray({ message: 'must be given' }),
    ArrayMinSize(1),
    ArrayMaxSize(MAX_PATHS, { message: `must be given ${MAX_PATHS} times at most` }),
    IsString({ each: true, message: 'must be text' }),
    MaxLength(MAX_PATH_TEXT_LENGTH, { each: true, message: `must have at most ${MAX_PATH_TEXT_LENGTH} characters` }),
    Matches(/^[^\0]*$/s, { each: true, message: 'must not contain NUL characters' }),
  );

export class ArchiveQuery {
  @SeveralPaths()
  path!: string[];

  @ChoiceField({
    description: 'zip opens everywhere; tar preserves names that are not UTF-8 and has no limits',
    choices: ['zip', 'tar'],
    optional: true,
  })
  format?: 'zip' | 'tar';
}
