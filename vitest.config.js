import { fileURLToPath } from "node:url";

export default {
  // As the pages' import map has it.
  resolve: { alias: { "easel/": fileURLToPath(new URL("./ui/static/", import.meta.url)) } },
  test: { environment: "happy-dom", include: ["tests/js/**/*.test.js"] },
};
