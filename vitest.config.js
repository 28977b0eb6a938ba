import { fileURLToPath } from "node:url";

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));

export default {
  // As the pages' import map has it.
  resolve: {
    alias: [
      { find: "easel/icons.js", replacement: path("./tests/js/icons.js") },
      { find: "easel/", replacement: path("./ui/static/") },
    ],
  },
  // Words name days and hours of the reader's clock.
  test: { environment: "happy-dom", env: { TZ: "UTC" }, include: ["tests/js/**/*.test.js"] },
};
