import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@kubarr/platform/openapi';
import { ChoiceField } from '@kubarr/platform/http';
import { Transform } from 'class-transformer';
import { ArrayMaxSize, ArrayMinSize, IsArray, IsString, Matches, MaxLength } from 'class-validator';
import { LONGEST_PATH_TEXT } from '../storage.dto.js';

/** Paths per archive: they are part of the URL, whose length is limited. */
const MOST_PATHS = 100;

const SeveralPaths = (): PropertyDecorator =>
  applyDecorators(
    ApiProperty({
      description: `Relative path of a file or folder; may be given up to ${MOST_PATHS} times`,
      type: [String],
      example: ['media/holiday'],
      minItems: 1,
      maxItems: MOST_PATHS,
    }),
    Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? [value] : value)),
    IsArray({ message: 'must be given' }),
    ArrayMinSize(1),
    ArrayMaxSize(MOST_PATHS, { message: `must be given ${MOST_PATHS} times at most` }),
    IsString({ each: true, message: 'must be text' }),
    MaxLength(LONGEST_PATH_TEXT, { each: true, message: `must have at most ${LONGEST_PATH_TEXT} characters` }),
    Matches(/^[^\0]*$/s, { each: true, message: 'must not contain NUL characters' }),
  );

export class ArchiveQuery {
  @SeveralPaths()
  path!: string[];

  @ChoiceField({
    description: 'zip opens everywhere; tar keeps names of any bytes and has no limits',
    choices: ['zip', 'tar'],
    optional: true,
  })
  format?: 'zip' | 'tar';
}
