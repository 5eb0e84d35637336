// The validator is somebody else's server; this page asks only its own.
const part = new URLSearchParams(location.search).get("part") ?? "own";
window.ui = SwaggerUIBundle({
  url: `/openapi.json?part=${encodeURIComponent(part)}`,
  dom_id: "#swagger-ui",
  deepLinking: true,
  validatorUrl: null,
  tryItOutEnabled: true,
  persistAuthorization: false,
});
