import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@kubarr/platform/openapi';
import { ArrayMaxSize, ArrayMinSize, ArrayUnique, IsArray, IsString, Matches, MaxLength } from 'class-validator';

/** Most items per request. */
export const MOST_AT_ONCE = 1_000;

/** A list of unique texts of bounded length without NUL characters. */
export function TextsField(options: { description: string; example: string[]; maxLength: number }): PropertyDecorator {
  const { description, example, maxLength } = options;
  const amount = `must have 1 to ${MOST_AT_ONCE} texts, none twice`;
  return applyDecorators(
    ApiProperty({ description, example, type: [String], minItems: 1, maxItems: MOST_AT_ONCE }),
    IsArray({ message: amount }),
    ArrayMinSize(1, { message: amount }),
    ArrayMaxSize(MOST_AT_ONCE, { message: amount }),
    ArrayUnique({ message: amount }),
    IsString({ each: true, message: 'must hold texts only' }),
    MaxLength(maxLength, { each: true, message: `must hold texts of at most ${maxLength} characters` }),
    Matches(/^[^\0]*$/s, { each: true, message: 'must not contain NUL characters' }),
  );
}
