import { ApiProperty } from '@kubarr/platform/openapi';
import { DiskNotResponding } from '@kubarr/file-tree';
import { KubarrError } from '@kubarr/platform/errors';

/** The outcome of one item of a request. */
export class ItemOutcomeResponse {
  @ApiProperty({ description: 'Path or id as in the request', example: 'media/notes.txt' })
  path!: string;

  @ApiProperty({ description: 'job: a job does it', enum: ['done', 'job', 'failed'] })
  outcome!: 'done' | 'job' | 'failed';

  @ApiProperty({
    description: 'New path, for a job the planned one; null when the item failed or was removed',
    type: String,
    nullable: true,
  })
  new_path!: string | null;

  @ApiProperty({ description: 'Code of the problem when it failed, else null', type: String, nullable: true })
  code!: string | null;

  @ApiProperty({ description: 'Why it failed, for users, else null', type: String, nullable: true })
  detail!: string | null;
}

export class ItemOutcomesResponse {
  @ApiProperty({ description: 'One for each item of the request, in the same order', type: [ItemOutcomeResponse] })
  items!: ItemOutcomeResponse[];

  @ApiProperty({
    description: 'Job that does the rest; null when there is none',
    type: 'integer',
    nullable: true,
  })
  job_id!: number | null;
}

export const doneItem = (path: string, newPath: string | null): ItemOutcomeResponse => ({
  path,
  outcome: 'done',
  new_path: newPath,
  code: null,
  detail: null,
});

/** A refused item does not stop the others. Internal errors, and a disk that does not respond, are rethrown. */
export function failedItem(path: string, error: unknown): ItemOutcomeResponse {
  if (!(error instanceof KubarrError) || error.kind === 'internal' || error instanceof DiskNotResponding) throw error;
  return { path, outcome: 'failed', new_path: null, code: error.code, detail: error.message };
}
