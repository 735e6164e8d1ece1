/* Shows the API of this server; loads nothing from other servers. */
document.documentElement.classList.toggle('dark-mode', window.matchMedia('(prefers-color-scheme: dark)').matches);

window.SwaggerUIBundle({
  url: '/api/openapi.json',
  dom_id: '#swagger-ui',
  deepLinking: true,
  docExpansion: 'list',
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  tagsSorter: 'alpha',
  validatorUrl: null,
  /** A change must repeat the XSRF cookie in a header. */
  requestInterceptor(request) {
    const token = document.cookie.match(/(?:^|; )XSRF-TOKEN=([^;]*)/)?.[1];
    if (token && request.method !== 'GET') request.headers['X-XSRF-TOKEN'] = token;
    return request;
  },
});
