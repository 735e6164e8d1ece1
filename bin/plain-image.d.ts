/** One step: a command, or files that are copied from the checkout or from an earlier stage. */
export type Step = { run: string } | { from?: string; copy: string[]; to: string };
export declare const BUILD: Step[];
export declare const RESULT: Step[];
export declare const ENVIRONMENT: Record<string, string>;
export declare const ENTRYPOINT: string[];
export declare function makePlainImage(folder: string, node?: string): string;
