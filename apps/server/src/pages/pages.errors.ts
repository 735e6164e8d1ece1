import { KubarrError } from '@kubarr/platform/errors';

/** Stops the start: a web client was asked for, and there is none. */
export class NoIndexPage extends KubarrError {
  readonly code = 'pages.no-index';
  readonly kind = 'unavailable';
  constructor(directory: string, cause: unknown) {
    super(
      `KUBARR_WEB_DIR is ${directory}, where no index.html can be read. Set it to the folder of a built web client, or to nothing to use the built-in pages.`,
      { cause },
    );
  }
}
