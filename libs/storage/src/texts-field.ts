import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@kubarr/platform/openapi';
import { ArrayMaxSize, ArrayMinSize, ArrayUnique, IsArray, IsString, Matches, MaxLength } from 'class-validator';

/** Most items per request. */
export const MAX_ITEMS = 1_000;

/** A list of unique texts of bounded length without NUL characters. */
export function TextsField(options: { description: string; example: string[]; maxLength: number }): PropertyDecorator {
  const { description, example, maxLength } = options;
  const amount = `must have 1 to ${MAX_ITEMS} texts, none twice`;
  return applyDecorators(
    ApiProperty({ description, example, type: [String], minItems: 1, maxItems: MAX_ITEMS }),
    IsArray({ message: amount }),
    ArrayMinSize(1, { message: amount }),
    ArrayMaxSize(MAX_ITEMS, { message: amount }),
    ArrayUnique({ message: amount }),
    IsString({ each: true, message: 'must contain texts only' }),
    MaxLength(maxLength, { each: true, message: `must contain texts of at most ${maxLength} characters` }),
    Matches(/^[^\0]*$/s, { each: true, message: 'must not contain NUL characters' }),
  );
}
