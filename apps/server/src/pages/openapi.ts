import { type INestApplication, Injectable } from '@nestjs/common';
import { BuildConfig } from '@kubarr/platform/telemetry';
import { loadSwagger } from '@kubarr/platform/openapi';
import { type OpenAPIObject } from '@nestjs/swagger';

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;

/** Two ways to authenticate: slots of a browser, or the one session of a simple client. */
const SIGNED_IN: NonNullable<Operation['security']> = [{ sessionSlot: [], activeSlot: [] }, { legacySession: [] }];

/** Routes that need a permission also accept an API token that has it. */
const BY_PERMISSION: NonNullable<Operation['security']> = [...SIGNED_IN, { apiToken: [] }];

const METHODS = ['get', 'put', 'post', 'delete', 'patch', 'head', 'options'] as const;

/** What every refusal looks like, after RFC 9457. */
const PROBLEM = {
  type: 'object',
  required: ['type', 'title', 'status', 'detail', 'error', 'instance', 'code'],
  properties: {
    type: { type: 'string', description: 'The code as a URN' },
    title: { type: 'string', description: 'Kind of problem, for people' },
    status: { type: 'integer', description: 'HTTP status' },
    detail: { type: 'string', description: 'What happened and what to do next, for people' },
    error: { type: 'string', description: 'The same text as detail' },
    instance: { type: 'string', description: 'The request as a URN, to be found in the log' },
    code: { type: 'string', description: 'Which problem it is, as area.what; it never changes' },
    issues: {
      type: 'array',
      description: 'Fields that were refused, when there are any',
      items: {
        type: 'object',
        required: ['path', 'message'],
        properties: {
          path: { type: 'string', description: 'Name of the field' },
          message: { type: 'string', description: 'Why it was refused' },
        },
      },
    },
  },
};

/** The description of the API, read from the decorators of all controllers. */
export async function buildOpenApi(app: INestApplication): Promise<OpenAPIObject> {
  const { DocumentBuilder, SwaggerModule } = await loadSwagger();
  const cookie = (name: string, description: string) => ({ type: 'apiKey', in: 'cookie', name, description }) as const;
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Kubarr')
    .setDescription(
      'Every refusal is a problem document (RFC 9457). `x-permission` names the permission a call needs, or says `public` or `authenticated`; with `x-own-things` ' +
        'people without it reach what is their own. ' +
        'A browser repeats the cookie `XSRF-TOKEN` in the header `X-XSRF-TOKEN` when it changes something.',
    )
    .setVersion(app.get(BuildConfig).version)
    .addServer('/', 'This server')
    .addSecurity(
      'sessionSlot',
      cookie(
        'kubarr_session_0',
        'Session token, in kubarr_session_0 to kubarr_session_4; activeSlot says which counts',
      ),
    )
    .addSecurity('activeSlot', cookie('kubarr_active', 'Number of the slot that counts'))
    .addSecurity('legacySession', cookie('kubarr_session', 'Copy of the active session, for clients of one session'))
    .addSecurity('apiToken', { type: 'http', scheme: 'bearer', description: 'An API token of a person' })
    .build();
  const document = SwaggerModule.createDocument(app, config);
  for (const operation of operations(document)) {
    const access = 'x-permission' in operation ? operation['x-permission'] : undefined;
    operation.security = access === 'public' ? [] : access === 'authenticated' ? SIGNED_IN : BY_PERMISSION;
    operation.responses['default'] = {
      description: 'Refused or failed',
      content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
    };
  }
  return {
    ...document,
    components: { ...document.components, schemas: { ...document.components?.schemas, Problem: PROBLEM } },
  };
}

function operations({ paths }: OpenAPIObject): Operation[] {
  return Object.values(paths).flatMap((path) => METHODS.flatMap((method) => path[method] ?? []));
}

/** The document as text, made at the first request: most servers are never asked for it, and it takes time and memory. */
@Injectable()
export class ApiDescription {
  private app: INestApplication | undefined;
  private cached: Promise<string> | undefined;

  /** The described application; set after its creation. */
  describe(app: INestApplication): void {
    this.app = app;
  }

  text(): Promise<string> {
    if (!this.app) throw new Error('registerPages was not called');
    this.cached ??= buildOpenApi(this.app).then((document) => JSON.stringify(document));
    return this.cached;
  }
}
