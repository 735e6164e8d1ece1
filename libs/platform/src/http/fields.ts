import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional } from '../openapi/index.js';
import { type ApiPropertyOptions } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsISO8601,
  IsOptional,
  IsString,
  Length,
  Matches,
  Max,
  Min,
} from 'class-validator';

/** Options of every field of a request class. */
interface FieldOptions {
  readonly description: string;
  readonly example?: unknown;
  /** The field may be absent or `null`. */
  readonly optional?: boolean;
}

const field = (
  { optional, ...options }: FieldOptions & ApiPropertyOptions,
  ...rules: PropertyDecorator[]
): PropertyDecorator =>
  applyDecorators(...(optional ? [ApiPropertyOptional(options), IsOptional()] : [ApiProperty(options)]), ...rules);

/** Text of bounded length without NUL characters, which PostgreSQL and file systems refuse. */
export function TextField(
  options: FieldOptions & { minLength?: number; maxLength: number; format?: string },
): PropertyDecorator {
  const { minLength = 0, maxLength, ...rest } = options;
  const length =
    minLength > 0 ? `must have ${minLength} to ${maxLength} characters` : `must have at most ${maxLength} characters`;
  return field(
    { ...rest, type: String, minLength, maxLength },
    IsString({ message: 'must be text' }),
    Length(minLength, maxLength, { message: length }),
    Matches(/^[^\0]*$/s, { message: 'must not contain NUL characters' }),
  );
}

/** A whole number in a path or query, parsed from text. */
export function IntegerParameter(
  options: FieldOptions & { minimum: number; maximum: number; default?: number },
): PropertyDecorator {
  const { minimum, maximum } = options;
  const message = `must be a whole number from ${minimum} to ${maximum}`;
  return field(
    { ...options, type: 'integer' },
    Transform(({ value }: { value: unknown }) =>
      typeof value === 'string' && /^-?\d{1,16}$/.test(value) ? Number(value) : value,
    ),
    IsInt({ message }),
    Min(minimum, { message }),
    Max(maximum, { message }),
  );
}

/** A whole number in a body. */
export function IntegerField(
  options: FieldOptions & { minimum: number; maximum: number; default?: number },
): PropertyDecorator {
  const { minimum, maximum } = options;
  const message = `must be a whole number from ${minimum} to ${maximum}`;
  return field(
    { ...options, type: 'integer' },
    IsInt({ message }),
    Min(minimum, { message }),
    Max(maximum, { message }),
  );
}

/** `true` or `false` in a query. */
export function BooleanParameter(options: FieldOptions): PropertyDecorator {
  return field(
    { ...options, type: Boolean },
    Transform(({ value }: { value: unknown }) => (value === 'true' ? true : value === 'false' ? false : value)),
    IsBoolean({ message: 'must be true or false' }),
  );
}

/** `true` or `false` in a body. */
export function BooleanField(options: FieldOptions & { default?: boolean }): PropertyDecorator {
  return field({ ...options, type: Boolean }, IsBoolean({ message: 'must be true or false' }));
}

/** A list of distinct texts in a body, each of bounded length. */
export function TextListField(options: FieldOptions & { maxLength: number; maxItems: number }): PropertyDecorator {
  const { maxLength, ...rest } = options;
  const message = `must be texts of 1 to ${maxLength} characters`;
  return field(
    { ...rest, type: [String], uniqueItems: true },
    ...listRules(options.maxItems),
    Matches(/^[^\0]*$/s, { each: true, message: 'must not contain NUL characters' }),
    Length(1, maxLength, { each: true, message }),
    IsString({ each: true, message }),
  );
}

/** A list of distinct ids in a body. */
export function IdListField(options: FieldOptions & { maxItems: number }): PropertyDecorator {
  const message = 'must be a list of ids';
  return field(
    { ...options, type: 'array', items: { type: 'integer', format: 'int64', minimum: 1 }, uniqueItems: true },
    ...listRules(options.maxItems),
    IsInt({ each: true, message }),
    Min(1, { each: true, message }),
    Max(Number.MAX_SAFE_INTEGER, { each: true, message }),
  );
}

const listRules = (maxItems: number): PropertyDecorator[] => [
  ArrayUnique({ message: 'must not contain duplicates' }),
  ArrayMaxSize(maxItems, { message: `must have at most ${maxItems} entries` }),
  IsArray({ message: 'must be a list' }),
];

/** A point in time in a path or query: RFC 3339 with seconds and an offset. */
export function TimeParameter(options: FieldOptions): PropertyDecorator {
  const message = 'must be a time such as 2026-02-22T09:14:03Z';
  return field(
    { ...options, type: String, format: 'date-time' },
    Matches(/^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)$/, { message }),
    IsISO8601({ strict: true }, { message }),
  );
}

/** One of a closed set of texts. */
export function ChoiceField(options: FieldOptions & { choices: readonly string[] }): PropertyDecorator {
  const { choices, ...rest } = options;
  return field(
    { ...rest, type: String, enum: [...choices] },
    IsIn(choices, { message: `must be one of ${choices.join(', ')}` }),
  );
}
