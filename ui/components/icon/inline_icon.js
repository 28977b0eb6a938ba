// An icon as an element of a page.

import { icon } from "easel/icon.js";

export default {
  props: { name: String },
  render() {
    return icon(this.name);
  },
};
