import { ApiProperty } from '@kubarr/platform/openapi';
import { DiskNotResponding } from '@kubarr/file-tree';
import { KubarrError } from '@kubarr/platform/errors';

/** The outcome of one item of a request. */
export class ItemOutcome {
  @ApiProperty({ description: 'As the request named it', example: 'media/notes.txt' })
  path!: string;

  @ApiProperty({ description: 'job: it is done in the background', enum: ['done', 'job', 'failed'] })
  outcome!: 'done' | 'job' | 'failed';

  @ApiProperty({
    description: 'Where it is now, or will be; null when it failed or is gone',
    type: String,
    nullable: true,
  })
  new_path!: string | null;

  @ApiProperty({ description: 'Code of the problem when it failed, else null', type: String, nullable: true })
  code!: string | null;

  @ApiProperty({ description: 'Why it failed, for people, else null', type: String, nullable: true })
  detail!: string | null;
}

export class Outcomes {
  @ApiProperty({ description: 'One for each thing named, in the same order', type: [ItemOutcome] })
  items!: ItemOutcome[];

  @ApiProperty({
    description: 'The job that does the rest in the background; null when there is none',
    type: 'integer',
    nullable: true,
  })
  job_id!: number | null;
}

export const done = (path: string, newPath: string | null): ItemOutcome => ({
  path,
  outcome: 'done',
  new_path: newPath,
  code: null,
  detail: null,
});

/** A refused item does not stop the others. Faults, and a disk that does not respond, are rethrown. */
export function failed(path: string, error: unknown): ItemOutcome {
  if (!(error instanceof KubarrError) || error.kind === 'internal' || error instanceof DiskNotResponding) throw error;
  return { path, outcome: 'failed', new_path: null, code: error.code, detail: error.message };
}
