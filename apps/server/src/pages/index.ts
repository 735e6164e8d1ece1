export { buildOpenApi } from './openapi.js';
export { PagesModule } from './pages.module.js';
export { registerPages } from './register-pages.js';
