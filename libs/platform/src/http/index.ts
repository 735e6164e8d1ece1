export { configureHttp, createHttpAdapter } from './http-application.js';
export {
  CrossSiteRequest,
  InvalidFields,
  InvalidQuery,
  RouteNotFound,
  TooManyAttempts,
  UnsupportedMediaType,
} from './http.errors.js';
export {
  BooleanField,
  BooleanParameter,
  ChoiceField,
  IdListField,
  IntegerField,
  IntegerParameter,
  TextField,
  TextListField,
  TimeParameter,
} from './fields.js';
export { HttpModule } from './http.module.js';
export { PAGE_POLICY } from './security-headers.js';
export { PROBLEM_MEDIA_TYPE, type Problem } from './problem.js';
export { ProblemFilter } from './problem.filter.js';
export { Refusals } from './refusals.js';
export { UpgradeDispatcher, type Cookies, type SocketRoute } from './upgrade-dispatcher.js';
export { ValidationPipe } from './validation.pipe.js';
export { HttpConfig } from './http.config.js';
