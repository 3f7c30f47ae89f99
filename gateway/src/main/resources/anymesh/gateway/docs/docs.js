// SPDX-License-Identifier: Apache-2.0
const dark = matchMedia("(prefers-color-scheme: dark)");
const show = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", show);
show();

SwaggerUIBundle({
  url: "openapi.json",
  domNode: document.getElementById("reference"),
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  // Nothing is asked of anybody else, the validator of Swagger's makers neither.
  validatorUrl: null,
});
