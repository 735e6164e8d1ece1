export declare const NODE_FLAGS: readonly string[];
export declare const NODE_OPTIONS: string;
