import { KubarrError } from '@kubarr/platform/errors';

export class NoPreview extends KubarrError {
  readonly code = 'storage.no-preview';
  readonly kind = 'unsupported-media';
  constructor() {
    super('Only text and pictures up to 64 MiB can be shown here. Download the file to open it.');
  }
}
