import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { ModulesContainer } from '@nestjs/core';
import { isPermission, ROUTE_ACCESS } from '@kubarr/access';
import { buildOpenApi } from '../../apps/server/src/pages/index.js';
import { createUnstartedServer } from '../../apps/server/src/lifecycle/create-server.js';
import { loadServerConfig } from '../../apps/server/src/server-config.js';

interface Operation {
  readonly name: string;
  readonly operationId?: string;
  readonly summary?: string;
  readonly [extension: `x-${string}`]: unknown;
}

describe('Every route', () => {
  let app: NestFastifyApplication;
  let document: Awaited<ReturnType<typeof buildOpenApi>>;
  let operations: Operation[];

  beforeAll(async () => {
    app = await createUnstartedServer(loadServerConfig({}));
    document = await buildOpenApi(app);
    operations = Object.entries(document.paths).flatMap(([path, item]) =>
      Object.entries(item as Record<string, object>).map(([method, operation]) => ({
        ...operation,
        name: `${method.toUpperCase()} ${path}`,
      })),
    );
  });

  it('says who may call it: public, authenticated or a permission of the catalogue', () => {
    const handlers = [...app.get(ModulesContainer).values()]
      .flatMap((module) => [...module.controllers.values()])
      .flatMap(({ metatype }) => {
        const { prototype, name } = metatype as { prototype: Record<string, unknown>; name: string };
        return Object.getOwnPropertyNames(prototype)
          .filter((method) => method !== 'constructor' && Reflect.hasMetadata('path', prototype[method] as object))
          .map((method) => ({
            name: `${name}.${method}`,
            access: Reflect.getMetadata(ROUTE_ACCESS, prototype[method] as object) as string | undefined,
          }));
      });
    expect(handlers.length).toBeGreaterThan(25);
    const bare = handlers.filter(
      ({ access = '' }) => !['public', 'authenticated'].includes(access) && !isPermission(access),
    );
    expect(bare).toEqual([]);
  });

  it('has an operationId of its own, a summary and x-permission in OpenAPI', () => {
    expect(operations.length).toBeGreaterThan(25);
    expect(
      operations.filter((operation) => !operation.operationId || /Controller|_/.test(operation.operationId)),
    ).toEqual([]);
    expect(new Set(operations.map((operation) => operation.operationId)).size).toBe(operations.length);
    expect(operations.filter((operation) => !operation.summary)).toEqual([]);
    expect(operations.filter((operation) => operation['x-permission'] === undefined)).toEqual([]);
  });

  it('describes every property that it takes or answers', () => {
    const schemas = Object.entries(document.components?.schemas ?? {});
    expect(schemas.length).toBeGreaterThan(15);
    const silent = schemas.flatMap(([name, schema]) =>
      Object.entries(
        (schema as { properties?: Record<string, { description?: string; allOf?: unknown }> }).properties ?? {},
      )
        .filter(([, property]) => !property.description)
        .map(([property]) => `${name}.${property}`),
    );
    expect(silent).toEqual([]);
    const parameters = operations.flatMap((operation) =>
      ((operation as { parameters?: { name: string; description?: string }[] }).parameters ?? [])
        .filter((parameter) => !parameter.description)
        .map((parameter) => `${operation.name} ${parameter.name}`),
    );
    expect(parameters).toEqual([]);
  });
});
