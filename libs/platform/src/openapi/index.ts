export * from './deferred-decorators.js';
