export declare const TOOLS: string;
export declare function fetchClusterTools(): void;
