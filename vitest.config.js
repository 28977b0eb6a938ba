import { fileURLToPath } from "node:url";

export default {
  // As the pages' import map has it.
  resolve: { alias: { "easel/": fileURLToPath(new URL("./ui/static/", import.meta.url)) } },
  // Words name days and hours of the reader's clock.
  test: { environment: "happy-dom", env: { TZ: "UTC" }, include: ["tests/js/**/*.test.js"] },
};
