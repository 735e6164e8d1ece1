import { type ArgumentMetadata, Injectable, type PipeTransform } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { validateSync, type ValidationError } from 'class-validator';
import { type FieldIssue } from '../errors/index.js';
import { InvalidFields, InvalidQuery, MalformedRequest } from './http.errors.js';

/** Most rejected fields in one answer. */
const MAX_ISSUES = 20;

const PRIMITIVES: readonly unknown[] = [String, Number, Boolean, Array, Object];

/**
 * Validates bodies, queries and path parameters against their request classes. Unknown fields are rejected. An invalid
 * body is answered 422, an invalid query or path parameter 400, with the rejected fields.
 */
@Injectable()
export class ValidationPipe implements PipeTransform {
  transform(value: unknown, { type, metatype }: ArgumentMetadata): unknown {
    if (type === 'custom' || !metatype || PRIMITIVES.includes(metatype)) return value;
    if (value !== undefined && value !== null && (typeof value !== 'object' || Array.isArray(value))) {
      throw new InvalidFields([{ path: 'body', message: 'must be a JSON object' }]);
    }
    const issues: FieldIssue[] = [];
    let instance: object;
    try {
      instance = plainToInstance(metatype as new () => object, value ?? {});
      const errors = validateSync(instance, { whitelist: true, forbidNonWhitelisted: true, stopAtFirstError: true });
      collect(errors, '', issues);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw new MalformedRequest('The request is nested too deeply.', { cause: error });
    }
    if (issues.length === 0) return instance;
    throw type === 'body' ? new InvalidFields(issues) : new InvalidQuery(issues);
  }
}

function collect(errors: readonly ValidationError[], parent: string, into: FieldIssue[]): void {
  for (const { property, constraints, children } of errors) {
    if (into.length >= MAX_ISSUES) return;
    const path = (parent ? `${parent}.${property}` : property).slice(0, 100);
    const [rule, text] = Object.entries(constraints ?? {})[0] ?? [];
    if (rule === 'whitelistValidation') into.push({ path, message: 'is not a known field' });
    else if (text) into.push({ path, message: text });
    collect(children ?? [], path, into);
  }
}
